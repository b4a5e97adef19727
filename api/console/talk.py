"""One console's talk with the service: the agent's stream without gaps, and what is worth seeing only now.

Every frame of the client is authorised by itself.  The session is looked up again whenever there is a hint
without an event, as logging out and disabling give one, and every few seconds while there are events.
"""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import msgspec
from sanic import Sanic

from api import access, people, typing_signs, views
from api.console import stream
from api.console.feed import Feed
from api.console.tail import Tail
from api.sockets import Codes, Line, follow_watch, together
from core import logins, streams
from core.db import Row, Tx
from core.errors import Forbidden, KetingError, Unavailable
from core.logins import Session
from core.signals import Ear
from core.texts import Script
from handoff import desk, presence
from handoff.presence import SERVING

#: A console further behind loads everything again.
MAX_BEHIND = 500
_PAGE = 100
#: The session is looked at this often even when nothing happens ...
_CHECK_S = 60.0
#: ... and while a lot happens.
_CHECK_BUSY_S = 5.0


class Ping(msgspec.Struct, frozen=True, tag_field="type", tag="ping"): ...


class Typing(msgspec.Struct, frozen=True, tag_field="type", tag="typing"):
    conversation_id: UUID
    on: bool


class Read(msgspec.Struct, frozen=True, tag_field="type", tag="read"):
    conversation_id: UUID
    position: int


class Watch(msgspec.Struct, frozen=True, tag_field="type", tag="watch"):
    """conversation_id null ends it.  after: a position; without it from now on."""

    conversation_id: UUID | None
    after: int | None = None


FRAMES: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Ping | Typing | Read | Watch)


class Talk:
    def __init__(
        self, app: Sanic[Any, Any], session: Session, line: Line, script: Script, after: int | None
    ) -> None:
        self.app, self.db, self.line, self.script = app, app.ctx.db, line, script
        self.me = session.agent
        self.lens = views.Lens.of(app, script)
        self._session = session
        self._after = after
        self._cursor = 0
        self._checked_at = time.monotonic()
        self._tail = Tail(self)

    # -- to the console ----------------------------------------------------------------------------------

    async def produce(self) -> None:
        await presence.beat(self.db, self.me.id)
        with self.app.ctx.signals.listen(streams.topic(self.me.id)) as ear:  # from before hello
            await self._hello()
            with Feed.of(self.app).join(self.line, self.script, sees_queue=self.me.role in SERVING):
                await together(self._follow_stream(), self._hear(ear), self._tail.run())

    async def _hello(self) -> None:
        async with self.db.reading() as tx:
            newest = await streams.cursor(tx, self.me.id)
            oldest = await streams.oldest(tx, self.me.id)
            me = await people.me(tx, self.app.ctx.links, self.me.id)
        await self.line.send({"type": "hello", "cursor": newest, "me": me, "bot": self.app.ctx.bot_status()})
        after = newest if self._after is None else self._after
        kept = newest == after or (oldest is not None and oldest <= after + 1)
        if after > newest or newest - after > MAX_BEHIND or not kept:
            await self._resync(newest)
        else:
            self._cursor = after

    async def _resync(self, newest: int) -> None:
        await self.line.send({"type": "resync", "cursor": newest})
        self._cursor = newest

    async def _follow_stream(self) -> None:
        topic = streams.topic(self.me.id)
        with self.app.ctx.agent_sweep.follow(self.me.id, topic, lambda: self._cursor) as watch:
            await follow_watch(watch, self._events, every_s=_CHECK_S)

    async def _events(self, _: set[str]) -> None:
        while True:
            async with self.db.reading() as tx:
                rows = await stream.read(tx, self.me.id, self._cursor, _PAGE)
                if not await self._still_in(tx, bool(rows)):
                    return
                newest = await streams.cursor(tx, self.me.id) if _has_hole(rows, self._cursor) else None
                shown = await stream.frames(tx, self.me, rows, self.lens) if newest is None else []
            if newest is not None:  # rows were dropped while this console was reading the ones before
                await self._resync(newest)
                return
            for row, frame in zip(rows, shown, strict=True):
                await self.line.send(frame)
                self._cursor = row.event_seq
            if len(rows) < _PAGE:
                return

    async def _still_in(self, tx: Tx, is_busy: bool) -> bool:
        if is_busy and time.monotonic() - self._checked_at < _CHECK_BUSY_S:
            return True
        self._checked_at = time.monotonic()
        session = await logins.find_by_hash(tx, self._session.token_hash)
        if session is None:
            self.line.close(Codes.NOT_AUTHORISED)
            return False
        if session.agent.role != self.me.role:
            self.line.close(Codes.GOING_AWAY, "resume")  # come back with the rights of the new role
            return False
        self._session, self.me = session, session.agent
        return True

    async def _hear(self, ear: Ear) -> None:
        while True:
            _, frame = await ear.next()
            self.line.put(frame)

    # -- from the console --------------------------------------------------------------------------------

    async def receive(self, frame: Any) -> None:
        """One frame; a KetingError means that it had no effect."""
        match frame:
            case Ping():
                await self._ping()
            case Typing():
                row = await self._readable(frame.conversation_id)
                if self.me.role not in SERVING:
                    raise Forbidden()
                typing_signs.tell(self.app.ctx.signals, row, self.me, frame.on)
            case Read():
                row = await self._readable(frame.conversation_id)
                await desk.mark_read(self.db, row.id, self.me.id, frame.position)
            case Watch(conversation_id=None):
                self._tail.stop()
            case Watch():
                row = await self._readable(frame.conversation_id)
                await self._tail.start(row, frame.after)
            case _:
                raise KetingError("bad_frame")

    async def _ping(self) -> None:
        self.line.put({"type": "pong"})
        try:
            await presence.beat(self.db, self.me.id)
            self._session = await logins.note(self.db, self._session)
        except Unavailable:
            return  # the line stands; the next ping is soon enough

    async def _readable(self, conversation_id: UUID | None) -> Row:
        assert conversation_id is not None
        async with self.db.reading() as tx:
            return await access.conversation(tx, self.me, conversation_id)


def _has_hole(rows: list[Row], cursor: int) -> bool:
    return bool(rows) and rows[0].event_seq != cursor + 1
