"""One gap-free stream of events per agent: what a console must learn, and can resume from.

Rows hold references; the words shown are joined at reading time, so that they are never stale.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import schema as s
from core.db import Row, Tx

#: Older stream rows are dropped; a console that was away for longer loads everything again.
KEEP = timedelta(days=2)


def topic(agent_id: UUID) -> str:
    return f"agent:{agent_id}"


async def publish(tx: Tx, agent_id: UUID, kind: str, **data: Any) -> None:
    """Append to the agent's stream.  Takes the stream row's lock: do it last in a transaction."""
    counter = insert(s.stream).values(agent_id=agent_id, seq=1)
    seq = await tx.value(
        counter.on_conflict_do_update(
            index_elements=["agent_id"], set_={"seq": s.stream.c.seq + 1}
        ).returning(s.stream.c.seq)
    )
    await tx.run(s.stream_event.insert().values(agent_id=agent_id, seq=seq, kind=kind, data=data, at=tx.now))
    tx.hint(topic(agent_id))


async def cursor(tx: Tx, agent_id: UUID) -> int:
    """The number of the agent's newest event, 0 before the first."""
    return int(await tx.value(sa.select(s.stream.c.seq).where(s.stream.c.agent_id == agent_id)) or 0)


async def read(tx: Tx, agent_id: UUID, after: int, limit: int = 200) -> list[Row]:
    """Events with seq > after, ascending."""
    e = s.stream_event.c
    return await tx.all(
        sa.select(s.stream_event).where(e.agent_id == agent_id, e.seq > after).order_by(e.seq).limit(limit)
    )


async def oldest(tx: Tx, agent_id: UUID) -> int | None:
    """The lowest seq still kept, None when the stream holds nothing."""
    value: int | None = await tx.value(
        sa.select(sa.func.min(s.stream_event.c.seq)).where(s.stream_event.c.agent_id == agent_id)
    )
    return value


async def trim(tx: Tx) -> None:
    await tx.run(s.stream_event.delete().where(s.stream_event.c.at < tx.now - KEEP))
