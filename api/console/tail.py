"""Watching one conversation live: its messages in order, and who types, while the reader may see it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from api import access, views
from api.http import error_message
from api.sockets import follow, together
from api.typing_signs import watch_topic
from api.views.messages import SHOWN
from core import schema as s
from core.db import Row
from core.errors import NotFound

if TYPE_CHECKING:
    from api.console.talk import Talk

_PAGE = 100
_m = s.message.c
_AFTER = (
    SHOWN.where(_m.conversation_id == sa.bindparam("conversation_id"), _m.position > sa.bindparam("after"))
    .order_by(_m.position)
    .limit(_PAGE)
)


class Tail:
    """At most one conversation at a time; start again for another."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._conversation_id: UUID | None = None
        self._position = 0
        self._changed = asyncio.Event()

    async def start(self, conversation: Row, after: int | None) -> None:
        """Show what comes after a position, or from now on."""
        if after is None:
            async with self._talk.db.reading() as tx:
                newest = sa.select(sa.func.max(_m.position)).where(_m.conversation_id == conversation.id)
                after = int(await tx.value(newest) or 0)
        self._conversation_id, self._position = conversation.id, after
        self._changed.set()

    def stop(self) -> None:
        self._conversation_id = None
        self._changed.set()

    async def run(self) -> None:
        """Follow whatever is watched, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._conversation_id is not None:
                await self._until_changed(self._conversation_id)

    async def _until_changed(self, conversation_id: UUID) -> None:
        topic = f"watch:{conversation_id}"
        try:
            await together(
                follow(self._talk.db.hints, (topic,), self._step),
                self._hear(conversation_id),
                self._changed.wait(),
            )
        except NotFound as err:
            self._conversation_id = None
            self._talk.line.put(
                {
                    "type": "error",
                    "error": err.code,
                    "message": error_message(err, self._talk.script),
                    "conversation_id": str(conversation_id),
                }
            )

    async def _step(self, _: set[str]) -> None:
        talk, conversation_id = self._talk, self._conversation_id
        assert conversation_id is not None
        while True:
            async with talk.db.reading() as tx:
                await access.conversation(tx, talk.me, conversation_id)
                rows = await tx.run(_AFTER, {"conversation_id": conversation_id, "after": self._position})
                shown = await views.joined_for_console(tx, rows, talk.lens)
            for message in shown:
                if self._conversation_id != conversation_id:
                    return
                await talk.line.send({"type": "watch", "message": message})
                self._position = message.position
            if len(rows) < _PAGE:
                return

    async def _hear(self, conversation_id: UUID) -> None:
        with self._talk.app.ctx.signals.listen(watch_topic(conversation_id)) as ear:
            while True:
                _, frame = await ear.next()
                self._talk.line.put(frame)
