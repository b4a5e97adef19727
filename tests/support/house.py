"""A house with people and visitors in it, made through the service's own functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from core import inbox, logins, timeline
from core import schema as s
from core.db import Database, Row
from core.ids import new_id
from core.logins import Opened
from core.messages import Content, Inbound, Text
from handoff import desk, queue


@dataclass
class House:
    db: Database

    async def agent(self, name: str, role: str = "agent", *, capacity: int = 50, **values: Any) -> UUID:
        """Somebody of the house, online and live."""
        agent_id = new_id()
        async with self.db.begin() as tx:
            await tx.run(
                s.agent.insert().values(
                    id=agent_id,
                    username=f"{name}-{agent_id.hex[-6:]}",
                    name=name,
                    role=role,
                    password_hash="-",
                    capacity=capacity,
                    availability="online",
                    live_at=tx.now,
                    created_at=tx.now,
                    **values,
                )
            )
        return agent_id

    async def login(self, agent_id: UUID) -> Opened:
        async with self.db.begin() as tx:
            return await logins.open(tx, agent_id)

    async def says(self, who: str, text: str, content: Content | None = None) -> inbox.Accepted:
        """A visitor writes; the first words open a conversation that the bot owns."""
        return await inbox.accept(
            self.db,
            Inbound(
                channel="web",
                sender=who,
                dedupe_key=str(uuid4()),
                content=content or Text(text),
                sent_at=self.db.clock.now(),
            ),
        )

    async def waits(self, who: str, text: str = "你好", reason: str = "asked") -> UUID:
        """A visitor who asked for a person; returns the conversation."""
        accepted = await self.says(who, text)
        async with self.db.begin() as tx:
            row = await timeline.lock(tx, accepted.conversation_id)
            await queue.enqueue(tx, row, reason=reason)
        return accepted.conversation_id

    async def served(self, who: str, agent_id: UUID, text: str = "你好") -> UUID:
        """A conversation that the agent took from the line."""
        conversation_id = await self.waits(who, text)
        await desk.accept(self.db, conversation_id, agent_id)
        return conversation_id

    async def transcript(self, conversation_id: UUID) -> list[Row]:
        m = s.message.c
        async with self.db.begin() as tx:
            return await tx.all(
                sa.select(s.message).where(m.conversation_id == conversation_id).order_by(m.position)
            )
