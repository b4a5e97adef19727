"""Whether the trained model belongs to the training data as it is now, and the command that trains."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from supervisor.bot_install import gently
from supervisor.child import last_lines
from supervisor.environment import BOT_PYTHON, ROOT

MODELS = ROOT / "models"
#: What the newest model was trained from, written after a training that succeeded.
STAMP = MODELS / "trained-from.json"
SOURCES = ("config.yml", "domain.yml", "domain", "data", "bot")
#: Parts of bot/ that no model depends on.
UNRELATED = (".venv", "__pycache__", "README.md")
#: How training shows its progress, for example "Epochs:  42%|####".
PROGRESS = re.compile(r"Epochs?:?\s+(\d{1,3})%")


def sources(root: Path = ROOT) -> Iterator[Path]:
    """Everything that a model is made from, in a fixed order."""
    for name in SOURCES:
        path = root / name
        if path.is_file():
            yield path
        elif path.is_dir():
            found = (entry for entry in path.rglob("*") if entry.is_file())
            yield from sorted(e for e in found if not set(UNRELATED) & set(e.relative_to(path).parts))


def fingerprint(root: Path = ROOT) -> str:
    digest = hashlib.sha256()
    for path in sources(root):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_fresh() -> bool:
    """There is a model, and it was trained from what is there now."""
    try:
        return bool(json.loads(STAMP.read_text())["fingerprint"] == fingerprint()) and any(
            MODELS.glob("*.tar.gz")
        )
    except (FileNotFoundError, ValueError, KeyError):
        return False


def mark_trained(trained_from: str) -> None:
    """trained_from: the fingerprint as it was when training began."""
    MODELS.mkdir(exist_ok=True)
    STAMP.write_text(json.dumps({"fingerprint": trained_from}))


def train_command() -> Sequence[str]:
    return [*gently(), str(BOT_PYTHON), "-m", "bot.train"]


def training_percent(log: Path) -> int | None:
    """What the end of the training log shows, or None."""
    found = PROGRESS.findall(last_lines(log))
    return min(int(found[-1]), 100) if found else None
