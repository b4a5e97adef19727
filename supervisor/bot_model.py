"""The trained model that belongs to the training data as it is now, and the command that trains it.

``bot.train`` names a model after the content that it is made of, so a file of the right name is the right
model.  It is asked as a program: nothing of the bot is imported here.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from supervisor.bot_install import gently
from supervisor.child import last_lines
from supervisor.environment import BOT_PYTHON, ROOT

#: What a training says of a step, and at its end: the file that it has made.
STEP = re.compile(r"bot\.train:\s+\d{1,3}%\s+(.+)")
MADE = re.compile(r"^models/(\S+\.tar\.gz)$", re.MULTILINE)
#: How training shows its progress: "bot.train: 42% ..." is ours, "Epochs:  42%|####" that of Rasa.
PROGRESS = re.compile(r"(?:Epochs?:?\s+|bot\.train:\s+)(\d{1,3})%")


def wanted_model() -> Path:
    """Where the model for the present data is, or will be.  Needs no environment of the bot."""
    return ROOT / _asked("--print-path")


def present_code() -> str:
    """Changes with the code that models are loaded by: one of other code is not started without need."""
    return _asked("--print-code")


def _asked(question: str) -> str:
    command = [sys.executable, "-m", "bot.train", question]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    return answer.strip().splitlines()[-1]


def present_model() -> Path | None:
    """The model of the present data, if it is trained."""
    model = wanted_model()
    return model if model.is_file() else None


def is_fresh() -> bool:
    """There is a model of the present data."""
    return present_model() is not None


def train_command() -> Sequence[str]:
    return [*gently(), str(BOT_PYTHON), "-m", "bot.train"]


def training_step(log: Path) -> str:
    """What it is at, in the language that it was started in; empty before the first step."""
    found = STEP.findall(last_lines(log))
    return found[-1].strip() if found else ""


def trained_model(log: Path) -> str | None:
    """The name of the file that a training says it has made."""
    found = MADE.findall(last_lines(log))
    return found[-1] if found else None


def training_percent(log: Path) -> int | None:
    """What the end of the training log shows, or None."""
    found = PROGRESS.findall(last_lines(log))
    return min(int(found[-1]), 100) if found else None
