"""``keting train``: the bot's environment and its model, in the foreground and without starting anything."""

from __future__ import annotations

import asyncio
import sys

from core.settings import Settings
from supervisor import bot_model
from supervisor.bot import Bot
from supervisor.bot_status import BotStatus
from supervisor.errors import StepFailed
from supervisor.terminal import terminal


def train(settings: Settings) -> int:
    """Install and train what is not up to date.  The status file of a running instance is left alone."""
    say = terminal()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    status = BotStatus(settings.data_dir / "train-status.json", say)
    try:
        asyncio.run(Bot(settings, status, say).prepare())
    except StepFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0 if bot_model.is_fresh() else 1
