"""A visitor who sends hostile messages over both doors, and what must be true of each afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import random
import re
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import websockets
from websockets.exceptions import ConnectionClosed

from tests.support.hostile import Shot
from tests.support.hostile_words import EVALUATED
from tests.support.people import DROPS, Visitor
from tests.support.script import is_answered

#: Somebody is told to answer, or has been.
PEOPLE = ("waiting", "agent")
#: How long the answer to a message, or what the door says of it, may take on a busy machine.
PATIENCE_S = 60.0
_TOO_BIG = 1009
_GAP = re.compile(r"\{[a-z_]+\}")


@dataclass
class Besieger(Visitor):
    """faults: what went wrong, each with the message and the seed."""

    sent: list[str] = field(default_factory=list)
    accepted: list[tuple[str, Any]] = field(default_factory=list)  # client id and content, in order
    refused: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    errors: deque[dict[str, Any]] = field(default_factory=deque)
    ws: websockets.ClientConnection | None = None

    async def play(self, shots: list[Shot], seed: int) -> None:
        """Send them one after the other, each answered before the next unless it is hasty; then look."""
        dice = random.Random(seed)
        listening = asyncio.create_task(self.listen())
        try:
            for shot in shots:
                try:
                    await self._fire(shot, dice)
                except Exception as fault:
                    self.faults.append(f"seed {seed}: {fault!r} at {shot.told()}")
            with contextlib.suppress(TimeoutError):  # then the history tells
                await self._answer()
            history = await self.history()
            with contextlib.suppress(TimeoutError):
                await self.until(functools.partial(_has_all, len(history)))
            self.faults += [f"seed {seed}: {fault}" for fault in self._faults_of(history)]
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def listen(self) -> None:
        while True:
            with contextlib.suppress(*DROPS):
                async with self.socket() as self.ws:
                    try:
                        async for raw in self.ws:
                            self.take(json.loads(raw))
                    finally:
                        if self.ws.close_code == _TOO_BIG:
                            self.take({"type": "error", "error": "too_big"})
                        self.ws = None
            await asyncio.sleep(0.05)

    def take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "error":
            self.errors.append(frame)
        super().take(frame)

    # -- one message -------------------------------------------------------------------------------------

    async def _fire(self, shot: Shot, dice: random.Random) -> None:
        content, client_id = self._content(shot, dice), str(uuid4())
        self.sent.append(shot.kind)
        began = time.monotonic()
        error = await self._send(shot, content, client_id)
        if shot.fits is not None and shot.fits is not (error is None):
            raise AssertionError(f"the door said {error or 'yes'}")
        if error is not None:
            self.refused.append(client_id)
            return
        self.accepted.append((client_id, content))
        if shot.twice:
            first = self.acked[client_id]["seq"]
            await self._send(shot, content, client_id)
            assert self.acked[client_id]["seq"] == first, "a second delivery got another number"
        if not shot.hasty:
            await self._answer()
            self.slowest = sorted([*self.slowest, (time.monotonic() - began, shot.told()[:80])])[-2:]

    async def _answer(self) -> None:
        """Wait for what is said to the last accepted message."""
        if self.accepted:
            asked = self.acked[self.accepted[-1][0]]["seq"]
            await self.until(functools.partial(_is_answered_after, asked), PATIENCE_S)

    def _content(self, shot: Shot, dice: random.Random) -> Any:
        """A press finds its button among the last words of the bot; where there is none it is forged."""
        if shot.kind != "press":
            return shot.content
        shown = [m for _, m in sorted(self.seen.items()) if m["content"].get("buttons")]
        if not shown:
            return {**shot.content, "message_id": str(uuid4()), "index": dice.choice((-1, 0, 10**9))}
        message = shown[-1]
        return {
            **shot.content,
            "message_id": message["id"],
            "index": dice.randrange(len(message["content"]["buttons"])),
        }

    async def _send(self, shot: Shot, content: Any, client_id: str) -> str | None:
        """None once it is accepted, else the code of the error.  Raises for what is neither."""
        frame = {"type": "send", "client_id": client_id, "content": content}
        body = json.dumps(frame).encode() if shot.raw is None else shot.raw
        return await (self._over_socket if shot.by_socket else self._over_http)(body, client_id)

    async def _over_http(self, body: bytes, client_id: str) -> str | None:
        headers = {**self.headers, "Content-Type": "application/json"}
        answer = await self.http.post("/api/visitor/v1/messages", content=body, headers=headers)
        if answer.status_code == 200:
            self.acked[client_id] = answer.json()
            return None
        assert 400 <= answer.status_code < 500, f"{answer.status_code} {answer.text[:200]}"
        error = answer.json()
        assert error["message"], error
        return str(error["error"])

    async def _over_socket(self, body: bytes, client_id: str) -> str | None:
        async with asyncio.timeout(PATIENCE_S):
            while self.ws is None:
                await asyncio.sleep(0.02)
        self.errors.clear()
        self.acked.pop(client_id, None)
        text = body.decode("utf-8", "surrogateescape")
        with contextlib.suppress(ConnectionClosed):
            await (self.ws.send(text) if _is_text(text) else self.ws.send(body))
        await self.until(lambda _: bool(self.errors) or client_id in self.acked, PATIENCE_S)
        if client_id in self.acked:
            return None
        assert self.errors[0]["error"] != "internal", self.errors[0]
        return str(self.errors[0]["error"])

    # -- afterwards --------------------------------------------------------------------------------------

    def _faults_of(self, history: list[dict[str, Any]]) -> list[str]:
        faults: list[str] = []
        mine = [m for m in history if m["author"]["kind"] == "visitor"]
        if [m["client_id"] for m in mine] != [client_id for client_id, _ in self.accepted]:
            faults.append("what is stored is not what was accepted, once each and in order")
        for message, (_, content) in zip(mine, self.accepted, strict=False):
            if content["type"] == "text" and message["content"]["text"] != _as_read(content["text"]):
                faults.append(f"stored otherwise than sent: {json.dumps(message['content'])[:200]}")
        if [m["seq"] for m in history] != list(range(1, len(history) + 1)):
            faults.append("gap in the numbers")
        if {s: m["id"] for s, m in self.seen.items()} != {m["seq"]: m["id"] for m in history}:
            faults.append(f"the socket saw {len(self.seen)} of {len(history)} messages")
        if mine and not is_answered(history):
            faults.append("left in silence")
        own = json.dumps([content for _, content in self.accepted], ensure_ascii=False)
        return faults + [fault for message in history for fault in _faults_of_answer(message, own)]


def _faults_of_answer(message: dict[str, Any], own: str) -> list[str]:
    """Of what the bot or the service said.  Words are drawn as text; addresses are never a visitor's.

    own: all that the visitor wrote, which may be repeated.
    """
    content, kind = message["content"], message["author"]["kind"]
    if kind == "visitor":
        return []
    told = json.dumps(content, ensure_ascii=False)
    faults = [f"evaluated: {told[:300]}" for sign in EVALUATED if sign in told]
    faults += [f"a gap was left open: {told[:300]}" for gap in _GAP.findall(told) if gap not in own]
    if content["type"] == "event":
        return faults  # that the bot failed is told with its reason by the turn (aftermath.py)
    if content["type"] not in ("text", "buttons", "card", "picture"):
        faults.append(f"content of a strange kind: {told[:300]}")
    address = content.get("url") or content.get("image_url") or "/"
    if not address.startswith(("/", "https://", "http://")):
        faults.append(f"a strange address: {told[:300]}")
    if any("payload" in button for button in content.get("buttons", ())):
        faults.append(f"a payload was shown: {told[:300]}")
    return faults


def _has_all(number: int, visitor: Visitor) -> bool:
    return len(visitor.seen) >= number


def _is_answered_after(seq: int, visitor: Visitor) -> bool:
    """Something was said after the message, or a person has it and the visitor knows."""
    if any(n > seq and m["author"]["kind"] != "visitor" for n, m in visitor.seen.items()):
        return True
    conversation = visitor.state.get("conversation") or {}
    return seq in visitor.seen and conversation.get("state") in PEOPLE


def _is_text(text: str) -> bool:
    return not any("\ud800" <= ch <= "\udfff" for ch in text)


def _as_read(text: str) -> str:
    read: str = json.loads(json.dumps(text))
    return read
