"""What all consoles show alike: the line, who is there, how the bot is.  Read once a process, not socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from sanic import Sanic

from api import people, views
from api.sockets import Line
from core.db import Tx
from core.errors import Unavailable
from core.hints import Watch
from core.texts import Script

log = structlog.get_logger(__name__)

#: Hints close to each other cost one look; most of them tell of messages, which change no line: while looks
#: bring nothing, they get rarer.
DEBOUNCE_S, DEBOUNCE_IN_VAIN_S = 0.15, 0.6
#: Liveness fades and hints get lost: look this often anyway.
LOOK_EVERY_S = 5.0
_JOINED = "joined"


@dataclass(eq=False)
class _Reader:
    line: Line
    script: Script
    sees_queue: bool
    sent: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class _News:
    """A frame, and what of it must differ for the frame to be worth sending again."""

    frame: bytes
    gist: bytes


class Feed:
    """Runs while somebody reads it."""

    def __init__(self, app: Sanic[Any, Any]) -> None:
        self._app = app
        self._readers: set[_Reader] = set()
        self._task: asyncio.Task[None] | None = None
        self._watch: Watch | None = None

    @classmethod
    def of(cls, app: Sanic[Any, Any]) -> Feed:
        if not hasattr(app.ctx, "console_feed"):
            app.ctx.console_feed = cls(app)
        feed: Feed = app.ctx.console_feed
        return feed

    @contextmanager
    def join(self, line: Line, script: Script, *, sees_queue: bool) -> Iterator[None]:
        """Put the present state on the line soon, then every change of it."""
        reader = _Reader(line, script, sees_queue)
        self._readers.add(reader)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        elif self._watch is not None:
            self._watch.wake(_JOINED)
        try:
            yield
        finally:
            self._readers.discard(reader)
            if not self._readers:
                self._task.cancel()

    async def _run(self) -> None:
        with self._app.ctx.db.hints.watch("queue", "presence", "bot") as self._watch:
            news: set[str] = set()
            while True:
                is_vain = False
                try:
                    is_vain = not await self._look(news) and bool(news)
                except Unavailable:
                    log.warning("feed.database_unavailable")
                except Exception:
                    log.exception("feed.failed")
                news = await self._watch.wait(LOOK_EVERY_S)
                if news - {_JOINED}:
                    await asyncio.sleep(DEBOUNCE_IN_VAIN_S if is_vain and news == {"queue"} else DEBOUNCE_S)
                    news |= self._watch.take()

    async def _look(self, news: set[str]) -> bool:
        """Read once, then give each reader what it has not got; whether there was anything.

        put never waits: nobody holds up others.
        """
        readers = set(self._readers)
        shown: dict[tuple[str, Script | None], _News] = {("bot", None): self._bot()}
        async with self._app.ctx.db.reading() as tx:
            # Every message in a conversation with people hints at the queue: that alone is no reason to
            # read the whole house.
            if news != {"queue"}:
                shown["presence", None] = await self._presence(tx)
            if news != {"presence"}:
                for script in {reader.script for reader in readers if reader.sees_queue}:
                    shown["queue", script] = await self._queue(tx, script)
        is_new = False
        for reader in readers:
            for (kind, meant_for), found in shown.items():
                is_for_reader = kind != "queue" or (reader.sees_queue and meant_for == reader.script)
                if is_for_reader and reader.sent.get(kind) != found.gist:
                    reader.sent[kind] = found.gist
                    reader.line.put(found.frame)
                    is_new = True
        return is_new

    def _bot(self) -> _News:
        status = self._app.ctx.bot_status()
        gist = {key: status.get(key) for key in ("stage", "detail", "percent")}
        return _News(msgspec.json.encode({"type": "bot", "bot": status}), msgspec.json.encode(gist))

    async def _presence(self, tx: Tx) -> _News:
        frame = {"type": "presence", "agents": await people.roster(tx, self._app.ctx.links)}
        data = msgspec.json.encode(frame)
        return _News(data, data)

    async def _queue(self, tx: Tx, script: Script) -> _News:
        snapshot = await views.queue_snapshot(tx, views.Lens.of(self._app, script))
        frame = {"type": "queue", "waiting": snapshot.waiting, "items": snapshot.items}
        # Everybody waits a second longer each second: the console counts by itself.
        still = [msgspec.structs.replace(item, waiting_s=0) for item in snapshot.items]
        return _News(msgspec.json.encode(frame), msgspec.json.encode([snapshot.waiting, still]))
