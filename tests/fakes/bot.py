"""A bot that says what a test wants: answers, fails, hangs, answers late; and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from core.messages import Content, Text
from dialogue.client import BotFailed, BotNotReady, TurnAnswer, TurnRequest

Step = Callable[[TurnRequest], Awaitable[TurnAnswer]]


def understanding(text: str, intent: str = "greet", **changes: Any) -> dict[str, Any]:
    return {
        "text": text,
        "language": "zh",
        "script": "Hans",
        "intent": {"name": intent, "confidence": 0.9},
        "ranking": [{"name": intent, "confidence": 0.9}],
        "entities": [],
        "emotion": {"name": "neutral", "confidence": 0.8},
        **changes,
    }


def answers(*replies: str | Content, **changes: Any) -> Step:
    """Replies in a given way; what is not given is as harmless as can be."""

    async def step(request: TurnRequest) -> TurnAnswer:
        nlu = changes.pop("nlu", None) or understanding(request.text or "")
        contents = tuple(Text(text=reply) if isinstance(reply, str) else reply for reply in replies)
        return TurnAnswer(replies=contents, nlu=nlu, **changes)

    return step


async def echo(request: TurnRequest) -> TurnAnswer:
    words = request.text or request.payload or ""
    return TurnAnswer(
        replies=(Text(text=f"echo: {words}"),), nlu=understanding(words), actions=["utter_echo"]
    )


async def fails(request: TurnRequest) -> TurnAnswer:
    raise BotFailed(detail="500: action_failed")


async def not_ready(request: TurnRequest) -> TurnAnswer:
    raise BotNotReady(detail="ConnectError")


async def crashes(request: TurnRequest) -> TurnAnswer:
    raise KeyError("a bug of the client")


async def hangs(request: TurnRequest) -> TurnAnswer:
    await asyncio.Event().wait()
    raise AssertionError


class Held:
    """A step that waits to be let go: await asked, change the world, then let it go."""

    def __init__(self, step: Step = echo) -> None:
        self.asked, self._go, self._step = asyncio.Event(), asyncio.Event(), step

    async def __call__(self, request: TurnRequest) -> TurnAnswer:
        self.asked.set()
        await self._go.wait()
        return await self._step(request)

    def let_go(self) -> None:
        self._go.set()


class ScriptedBot:
    """dialogue.client.Bot.  Plays its steps in order, one a turn; then goes on with the default."""

    def __init__(self, *steps: Step, default: Step = echo) -> None:
        self.steps, self.default = deque(steps), default
        self.turns: list[TurnRequest] = []
        self.parsed: list[str] = []
        self.renewed: list[tuple[str, dict[str, Any]]] = []
        self.parse_fault: Exception | None = None

    async def turn(self, request: TurnRequest) -> TurnAnswer:
        self.turns.append(request)
        step = self.steps.popleft() if self.steps else self.default
        return await step(request)

    async def parse(self, text: str) -> dict[str, Any]:
        self.parsed.append(text)
        if self.parse_fault is not None:
            raise self.parse_fault
        return understanding(text, "request_human")

    async def renew(self, conversation_id: str, slots: Mapping[str, Any]) -> None:
        self.renewed.append((conversation_id, dict(slots)))

    async def ready(self) -> bool:
        return True
