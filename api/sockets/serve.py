"""The life of one socket: a writer, a reader and the tasks that fill the line; the first to end ends all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import msgspec
import structlog
from sanic import Websocket
from sanic.exceptions import WebsocketClosed
from sanic.server.websockets.impl import OPEN
from websockets.exceptions import ConnectionClosed

from api.sockets.hub import Hub
from api.sockets.line import Codes, Limits, Line, LineClosed
from core.errors import Invalid, KetingError, TooMany

log = structlog.get_logger(__name__)

#: How long the other end has to confirm that it heard why we close.
FAREWELL_S = 2.0
#: The same for one that has to read a full queue first.
SLOW_FAREWELL_S = 10.0

#: What to do with one decoded frame.  A KetingError becomes an error frame: that frame had no effect.
Receive = Callable[[Any], Awaitable[None]]
#: The words for an error, in the language of the other end.
Explain = Callable[[KetingError], str]


async def serve(
    ws: Websocket,
    hub: Hub,
    line: Line,
    *,
    frames: msgspec.json.Decoder[Any],
    receive: Receive,
    explain: Explain,
    producers: tuple[Coroutine[Any, Any, None], ...] = (),
) -> None:
    """Run the socket until either end closes it.  Cancelling (the server stops) closes with 1001."""
    try:
        with hub.join(line):
            reader = _read(ws, line, frames, receive, explain)
            await _until_first(ws, line, (line.write(ws), reader, *producers))
    except TooMany:
        for producer in producers:
            producer.close()
        line.close(Codes.TOO_MANY_SOCKETS)
    await farewell(ws, line.code or Codes.NORMAL, line.reason)


async def _until_first(ws: Websocket, line: Line, parts: tuple[Coroutine[Any, Any, Any], ...]) -> None:
    tasks = [asyncio.create_task(part) for part in (line.closing.wait(), *parts)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        # Sanic would say 1000 here, which clients take for "do not come back".
        _cut(ws, Codes.GOING_AWAY, "resume")
        raise
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            _note(line, outcome)


async def together(*parts: Coroutine[Any, Any, Any]) -> None:
    """Run parts at once until one of them ends or fails, then end the others too.

    asyncio.gather would let the others run on after a failure, for ever, since nobody holds them any more.
    """
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _note(line: Line, outcome: object) -> None:
    expected = (asyncio.CancelledError, LineClosed, ConnectionClosed, WebsocketClosed)
    if isinstance(outcome, Exception) and not isinstance(outcome, expected):
        log.error("socket.crashed", error=type(outcome).__name__, exc_info=outcome)
        line.close(Codes.CRASHED)


async def _read(
    ws: Websocket,
    line: Line,
    frames: msgspec.json.Decoder[Any],
    receive: Receive,
    explain: Explain,
) -> None:
    allowance = Allowance(line.limits)
    while True:
        data = await ws.recv(timeout=line.limits.idle_s)
        if data is None:
            line.close(Codes.GOING_AWAY, "idle")
            return
        line.heard_at = time.monotonic()
        if len(data) > line.limits.frame_bytes:
            line.close(Codes.TOO_BIG)
            return
        if not allowance.take():
            line.close(Codes.TOO_MANY_FRAMES)
            return
        await _handle(line, data, frames, receive, explain)


async def _handle(
    line: Line, data: str | bytes, frames: msgspec.json.Decoder[Any], receive: Receive, explain: Explain
) -> None:
    frame: Any = None
    try:
        try:
            frame = frames.decode(data)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as err:
            raise Invalid("bad_frame", detail=str(err)) from None
        await receive(frame)
    except KetingError as err:
        line.put(_error(err, frame, explain))


def _error(err: KetingError, frame: Any, explain: Explain) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": "error", "error": err.code, "message": explain(err)}
    if (client_id := getattr(frame, "client_id", None)) is not None:
        shown["client_id"] = client_id
    if err.retry_after_s is not None:
        shown["retry_after_s"] = err.retry_after_s
    return shown


async def farewell(ws: Websocket, code: Codes, reason: str = "") -> None:
    """Close with a code, so that the other end gets to know it where that is possible.

    The close frame is queued behind what a slow client has not taken yet, without waiting for it.  The
    socket is read on until the other end has confirmed: closing with unread data would make the kernel
    reset the connection, and the code would be lost.
    """
    if ws.ws_proto.state is OPEN:
        ws.ws_proto.send_close(code, reason)
        transport = ws.io_proto.transport if ws.io_proto else None
        for data in ws.ws_proto.data_to_send():
            if data and transport is not None:
                transport.write(data)
    patience_s = SLOW_FAREWELL_S if code is Codes.TOO_SLOW else FAREWELL_S
    drain = asyncio.create_task(_read_on(ws))
    try:
        if not await ws.wait_for_connection_lost(patience_s):
            _cut(ws, code, reason)
    except asyncio.CancelledError:
        _cut(ws, code, reason)
        raise
    finally:
        drain.cancel()
        await asyncio.gather(drain, return_exceptions=True)


async def _read_on(ws: Websocket) -> None:
    while True:
        await ws.recv()


def _cut(ws: Websocket, code: Codes, reason: str) -> None:
    ws.end_connection(code, reason)  # type: ignore[no-untyped-call]


class Allowance:
    """A token bucket of a minute: bursts pass, a steady flood does not."""

    def __init__(self, limits: Limits) -> None:
        self._most = float(limits.frames_per_min)
        self._left = self._most
        self._at = time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._at) * self._most / 60)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
