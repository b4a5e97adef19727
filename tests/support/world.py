"""The core on a real database, with people in it: what tests of the delivery core start from."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

import tickets.schema  # noqa: F401  a whole schema, as the service has it
from core import conversations, inbox, streams, timeline
from core import schema as s
from core.clock import Clock, ManualClock
from core.db import Database, Row, Tx
from core.ids import new_id
from core.inbox import Accepted
from core.lifecycle import Move
from core.messages import Content, Inbound, Text, parse_content, plain_text
from handoff import queue
from handoff.presence import on_duty
from handoff.schema import queue_entry, service

#: What makes a conversation's turn due.
PAUSE = inbox.QUIET_GAP + timedelta(seconds=inbox.ANNOTATED_EVERY_S, milliseconds=1)


class Line:
    """The dialogue's Desk, filled by the real queue as in app.py."""

    async def hand_off(
        self, tx: Tx, conversation: Row, *, reason: str, note: str | None, group_id: UUID | None
    ) -> Row:
        return await queue.enqueue(tx, conversation, reason=reason, note=note, group_id=group_id)

    async def on_duty(self, tx: Tx) -> bool:
        return await on_duty(tx)


@dataclass
class World:
    db: Database
    clock: ManualClock
    names: str = ""  # what tells the names of several worlds on one database apart
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    # -- people --------------------------------------------------------------------------------------------

    async def agent(
        self,
        *,
        capacity: int = 5,
        role: str = "agent",
        availability: str = "online",
        live: bool = True,
        groups: Sequence[UUID] = (),
    ) -> UUID:
        agent_id = new_id()
        async with self.db.begin() as tx:
            await tx.run(
                s.agent.insert().values(
                    id=agent_id,
                    username=f"{self.names}agent{next(self.numbers)}",
                    name=f"Agent {agent_id.hex[-4:]}",
                    role=role,
                    password_hash="-",
                    capacity=capacity,
                    availability=availability,
                    live_at=tx.now if live else None,
                    created_at=tx.now,
                )
            )
            for group_id in groups:
                await tx.run(s.group_member.insert().values(group_id=group_id, agent_id=agent_id))
        return agent_id

    async def group(self, slug: str, *, strategy: str = "least_loaded", familiar_first: bool = True) -> UUID:
        group_id = new_id()
        async with self.db.begin() as tx:
            await tx.run(
                s.group.insert().values(
                    id=group_id,
                    slug=slug,
                    name={"zh": slug, "en": slug},
                    strategy=strategy,
                    familiar_first=familiar_first,
                    created_at=tx.now,
                )
            )
        return group_id

    # -- visitors ------------------------------------------------------------------------------------------

    def inbound(
        self,
        words: str | Content = "你好",
        *,
        sender: str = "visitor",
        channel: str = "web",
        key: str | None = None,
    ) -> Inbound:
        return Inbound(
            channel=channel,
            sender=sender,
            dedupe_key=key or f"{self.names}key{next(self.numbers)}",
            content=Text(text=words) if isinstance(words, str) else words,
            sent_at=self.clock.now(),
        )

    async def say(self, words: str | Content = "你好", **how: Any) -> Accepted:
        return await inbox.accept(self.db, self.inbound(words, **how))

    async def waiting(self, sender: str, *, reason: str = "asked", group_id: UUID | None = None) -> UUID:
        """A conversation that waits in line."""
        said = await self.say("人工", sender=sender)
        async with self.db.begin() as tx:
            row = await timeline.lock(tx, said.conversation_id)
            await queue.enqueue(tx, row, reason=reason, group_id=group_id)
        return said.conversation_id

    async def visitor_of(self, conversation_id: UUID) -> UUID:
        row = await self.conversation(conversation_id)
        visitor_id: UUID = row.visitor_id
        return visitor_id

    async def force(self, conversation_id: UUID, move: Move, **data: Any) -> None:
        async with self.db.begin() as tx:
            row = await timeline.lock(tx, conversation_id)
            await conversations.move(tx, row, move, actor="system", **data)

    # -- what there is -------------------------------------------------------------------------------------

    async def conversation(self, conversation_id: UUID) -> Row:
        async with self.db.begin() as tx:
            return (
                await tx.run(sa.select(s.conversation).where(s.conversation.c.id == conversation_id))
            ).one()

    async def state(self, conversation_id: UUID) -> str:
        return str((await self.conversation(conversation_id)).state)

    async def messages(self, conversation_id: UUID) -> list[Row]:
        async with self.db.begin() as tx:
            m = s.message.c
            return await tx.all(
                sa.select(s.message).where(m.conversation_id == conversation_id).order_by(m.position)
            )

    async def words(self, conversation_id: UUID) -> list[tuple[str, str]]:
        """(author, text or event name) of each message, in order."""
        return [
            (row.author, plain_text(parse_content(row.content)))
            for row in await self.messages(conversation_id)
        ]

    async def told(self, conversation_id: UUID) -> list[str]:
        """Names of the event messages that the visitor was shown."""
        return [name for author, name in await self.words(conversation_id) if author == "system"]

    async def events(self, conversation_id: UUID | None = None, type: str | None = None) -> list[Row]:
        e = s.event.c
        query = sa.select(s.event).order_by(e.id)
        if conversation_id is not None:
            query = query.where(e.conversation_id == conversation_id)
        if type is not None:
            query = query.where(e.type == type)
        async with self.db.begin() as tx:
            return await tx.all(query)

    async def stream(self, agent_id: UUID) -> list[Row]:
        async with self.db.begin() as tx:
            return await streams.read(tx, agent_id, 0, 10_000)

    async def rows(self, table: sa.Table) -> list[Row]:
        async with self.db.begin() as tx:
            return await tx.all(sa.select(table))

    async def entries(self, conversation_id: UUID) -> list[Row]:
        q = queue_entry.c
        async with self.db.begin() as tx:
            return await tx.all(
                sa.select(queue_entry).where(q.conversation_id == conversation_id).order_by(q.entered_at)
            )

    async def services(self, conversation_id: UUID) -> list[Row]:
        c = service.c
        async with self.db.begin() as tx:
            return await tx.all(
                sa.select(service).where(c.conversation_id == conversation_id).order_by(c.started_at)
            )

    async def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table: for "had no effect at all"."""
        async with self.db.begin() as tx:
            return {
                table.name: sorted((tuple(row) for row in await tx.all(sa.select(table))), key=repr)
                for table in s.metadata.sorted_tables
            }


@asynccontextmanager
async def opened(
    url: str, *, pool_size: int = 10, clock: Clock | None = None, names: str = ""
) -> AsyncIterator[World]:
    """A world on the database at url; time stands still until the test moves it."""
    manual = ManualClock()
    db = Database(url, clock=clock or manual, pool_size=pool_size)
    try:
        yield World(db, manual, names)
    finally:
        await db.close()
