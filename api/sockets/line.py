"""What one socket still has to be sent: a bounded queue that one writer task empties.

Nobody but that task ever waits for a slow client.  A client that does not keep up is told to come back
and resume (4008); nothing is dropped silently in between.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice
from typing import Any

import msgspec
from sanic import Websocket
from sanic.exceptions import WebsocketClosed
from sanic.server.websockets.impl import OPEN

#: Frames that go out together.
_AT_ONCE = 8


class Codes(IntEnum):
    """Close codes, as docs/reference/visitor-protocol.md explains them to clients."""

    NORMAL = 1000
    GOING_AWAY = 1001
    TOO_BIG = 1009
    CRASHED = 1011
    NOT_AUTHORISED = 4001
    TOO_SLOW = 4008
    TOO_MANY_SOCKETS = 4009
    TOO_MANY_FRAMES = 4029


@dataclass(frozen=True)
class Limits:
    queue: int = 256  # frames waiting for one client
    queue_bytes: int = 1024 * 1024
    stall_s: float = 20.0  # a client that takes nothing for this long is too slow
    frame_bytes: int = 64 * 1024  # one frame from the client
    frames_per_min: int = 100
    idle_s: float = 40.0  # silence after which the client counts as gone


class LineClosed(Exception):
    """The socket is ending; whoever fills its line may stop."""


class Line:
    """keys: what the socket counts against and how many sockets each may have, e.g. {"agent:1": 5}."""

    def __init__(self, keys: Mapping[str, int], limits: Limits | None = None) -> None:
        self.keys = keys
        self.limits = limits or Limits()
        self.code: Codes | None = None
        self.reason = ""
        self.heard_at = time.monotonic()
        self.closing = asyncio.Event()
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._filled = asyncio.Event()
        self._room = asyncio.Event()

    def put(self, frame: Any) -> None:
        """Queue a frame (a JSON-ready value, or its encoded bytes); never waits.  Overflow closes: 4008."""
        data = encoded(frame)
        if self.code is not None:
            return
        if self._is_full(len(data)):
            self.close(Codes.TOO_SLOW, "slow, resume")
        else:
            self._push(data)

    async def send(self, frame: Any) -> None:
        """Queue a frame once there is room; for a task that serves this socket alone.  Raises LineClosed."""
        data = encoded(frame)
        while self.code is None and self._is_full(len(data)):
            self._room.clear()
            await self._room.wait()
        if self.code is not None:
            raise LineClosed
        self._push(data)

    def close(self, code: Codes, reason: str = "") -> None:
        """End the socket soon; the first code wins."""
        if self.code is None:
            self.code, self.reason = code, reason
            self.closing.set()
            self._room.set()

    async def write(self, ws: Websocket) -> None:
        """Send what is queued, in order, until cancelled or too slow."""
        while True:
            while not self._frames:
                self._filled.clear()
                await self._filled.wait()
            frames = list(islice(self._frames, _AT_ONCE))
            try:
                async with asyncio.timeout(self.limits.stall_s):
                    await _send(ws, frames)
            except TimeoutError:
                self.close(Codes.TOO_SLOW, "slow, resume")
                return
            for data in frames:
                self._frames.popleft()
                self._bytes -= len(data)
            self._room.set()

    def _is_full(self, more: int) -> bool:
        return len(self._frames) >= self.limits.queue or (
            bool(self._frames) and self._bytes + more > self.limits.queue_bytes
        )

    def _push(self, data: bytes) -> None:
        self._frames.append(data)
        self._bytes += len(data)
        self._filled.set()


async def _send(ws: Websocket, frames: list[bytes]) -> None:
    """Text frames with one write to the socket; waits while the other end takes nothing.

    Websocket.send would cost a system call each: a message and the state that it changes go together.
    """
    async with ws.conn_mutex:
        if ws.ws_proto.state is not OPEN or ws.io_proto is None:
            raise WebsocketClosed
        for data in frames:
            ws.ws_proto.send_text(data)
        await ws.io_proto.send(b"".join(ws.ws_proto.data_to_send()))  # type: ignore[no-untyped-call]


def encoded(frame: Any) -> bytes:
    return frame if isinstance(frame, bytes) else msgspec.json.encode(frame)
