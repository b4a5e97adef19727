"""How far the bot is: what the supervisor reports while it installs and trains, then whether it answers.

The supervisor's report also says where the bot answers: a release moves it to another process.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.clock import Clock, stamp
from core.hints import Hints
from core.pulse import Pulse
from dialogue.client import Bot, HttpBot

_EVERY_S = 2.0
STAGES = ("absent", "installing", "training", "starting", "ready", "failed")


class BotStatus:
    """Keeps a current answer to "is there a bot?" (BotStatus of docs/reference/console-api.md)."""

    def __init__(self, bot: Bot, path: Path, *, runs_bot: bool, clock: Clock, hints: Hints) -> None:
        self.bot, self.path, self.runs_bot, self.clock, self.hints = bot, path, runs_bot, clock, hints
        self._pulse = Pulse()
        self.current: dict[str, Any] = self._say("absent")
        #: Name of the model that answers, and how far the last release and training are; None where nobody
        #: says.
        self.model: str | None = None
        self.release: dict[str, Any] | None = None
        self.training: dict[str, Any] | None = None

    @property
    def is_ready(self) -> bool:
        return bool(self.current["stage"] == "ready")

    async def run(self) -> None:
        while True:
            await self.refresh()
            await asyncio.sleep(_EVERY_S)

    async def refresh(self) -> None:
        reported = await asyncio.to_thread(self._reported) or {}
        news = self._follow(reported)
        found = await self._look(reported)
        changed = any(found[k] != self.current[k] for k in ("stage", "detail", "percent"))
        self.current = found
        if changed or news:
            self.hints.notify("bot")

    def _follow(self, reported: Mapping[str, Any]) -> bool:
        """Ask the bot where it is now; whether anything else has changed."""
        url, before = reported.get("url"), (self.model, self.release, self.training)
        if isinstance(url, str) and isinstance(self.bot, HttpBot):
            self.bot.move(url)
        self.model, self.release = reported.get("model"), reported.get("release")
        self.training = reported.get("training")
        return before != (self.model, self.release, self.training)

    async def _look(self, reported: Mapping[str, Any]) -> dict[str, Any]:
        if self._pulse.felt(await self.bot.ready()):
            return self._say("ready")
        if not reported:
            return self._say("absent" if self.runs_bot else "starting")
        if reported["stage"] == "ready":
            return self._say("starting")  # its process is up, yet it does not answer (now)
        return {k: reported.get(k) for k in ("stage", "detail", "percent", "at")}

    def _reported(self) -> dict[str, Any] | None:
        if not self.runs_bot:
            return None  # a file from another life of this folder
        try:
            raw = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return raw if isinstance(raw, dict) and raw.get("stage") in STAGES else None

    def _say(self, stage: str) -> dict[str, Any]:
        return {"stage": stage, "detail": None, "percent": None, "at": stamp(self.clock.now())}
