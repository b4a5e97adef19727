"""How far the bot is: what the supervisor reports while it installs and trains, then whether it answers."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from core.clock import Clock, stamp
from core.hints import Hints
from dialogue.client import Bot

_EVERY_S = 2.0
STAGES = ("absent", "installing", "training", "starting", "ready", "failed")


class BotStatus:
    """Keeps a current answer to "is there a bot?" (BotStatus of docs/reference/console-api.md)."""

    def __init__(self, bot: Bot, path: Path, *, runs_bot: bool, clock: Clock, hints: Hints) -> None:
        self.bot, self.path, self.runs_bot, self.clock, self.hints = bot, path, runs_bot, clock, hints
        self.current: dict[str, Any] = self._say("absent")

    @property
    def is_ready(self) -> bool:
        return bool(self.current["stage"] == "ready")

    async def run(self) -> None:
        while True:
            await self.refresh()
            await asyncio.sleep(_EVERY_S)

    async def refresh(self) -> None:
        found = await self._look()
        changed = any(found[k] != self.current[k] for k in ("stage", "detail", "percent"))
        self.current = found
        if changed:
            self.hints.notify("bot")

    async def _look(self) -> dict[str, Any]:
        if await self.bot.ready():
            return self._say("ready")
        reported = await asyncio.to_thread(self._reported)
        if reported is None:
            return self._say("absent" if self.runs_bot else "starting")
        if reported["stage"] == "ready":
            return self._say("starting")  # its process is up, yet it does not answer (now)
        return reported

    def _reported(self) -> dict[str, Any] | None:
        try:
            raw = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(raw, dict) or raw.get("stage") not in STAGES:
            return None
        return {
            "stage": raw["stage"],
            "detail": raw.get("detail"),
            "percent": raw.get("percent"),
            "at": raw.get("at"),
        }

    def _say(self, stage: str) -> dict[str, Any]:
        return {"stage": stage, "detail": None, "percent": None, "at": stamp(self.clock.now())}
