"""Who is there: availability is what an agent chose, liveness is what we measured.

Two fields, because they are two things: a closed laptop is "online" by choice and dead by
measurement.  An agent gets work when both hold.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from core import events
from core import schema as s
from core.db import Database, Tx
from core.errors import Forbidden, Invalid
from core.sql import query

#: Without a sign of life for this long an agent counts as unreachable.
LIVE_FOR = timedelta(seconds=60)

AVAILABILITIES = ("online", "away", "offline")

#: Roles that talk to visitors.
SERVING = ("agent", "supervisor", "admin")


def available(now: datetime | sa.BindParameter[datetime]) -> sa.ColumnElement[bool]:
    """The condition on s.agent for "gets work now"."""
    a = s.agent.c
    return sa.and_(
        a.disabled_at.is_(None),
        a.role == sa.any_(sa.literal(list(SERVING), ARRAY(sa.Text))),
        a.availability == "online",
        a.live_at > now - LIVE_FOR,
    )


async def set_availability(db: Database, agent_id: UUID, value: str) -> None:
    """Choose online, away or offline.  Becoming online wakes the router at once."""
    if value not in AVAILABILITIES:
        raise Invalid("bad_availability", field="availability")
    async with db.begin() as tx:
        await choose(tx, agent_id, value)


async def choose(tx: Tx, agent_id: UUID, value: str) -> None:
    a = s.agent.c
    row = await tx.one(
        sa.select(a.role, a.availability).where(a.id == agent_id).with_for_update(key_share=True)
    )
    if row is None or (value == "online" and row.role not in SERVING):
        raise Forbidden("role_does_not_serve")
    if row.availability != value:
        await tx.run(s.agent.update().where(a.id == agent_id).values(availability=value, live_at=tx.now))
        await events.record(
            tx,
            "agent.availability_changed",
            actor="agent",
            agent_id=agent_id,
            before=row.availability,
            after=value,
        )
        tx.hint("presence", "queue", f"agent:{agent_id}")


async def beat(db: Database, agent_id: UUID) -> None:
    """A sign of life.  Coming back from the dead wakes the router and the other consoles."""
    async with db.single() as tx:
        before = await tx.value(_BEAT, {"id": agent_id, "now": tx.now})
        if before is None or before < tx.now - LIVE_FOR:
            tx.hint("presence", "queue")


_BEAT = query(
    """
    update agent set live_at = :now from agent as before
    where agent.id = :id and before.id = agent.id
    returning before.live_at
    """,
    id=s.Uuid,
    now=s.Time,
)


async def on_duty(tx: Tx) -> bool:
    """Whether anybody would get work now."""
    return bool(await tx.value(_ON_DUTY, {"now": tx.now}))


_ON_DUTY = sa.select(sa.exists().where(available(sa.bindparam("now", type_=s.Time))))
