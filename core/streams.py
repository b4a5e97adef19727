"""One gap-free stream of events per agent: what a console must learn, and can resume from.

Rows hold references; the words shown are joined at reading time, so that they are never stale.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from core import schema as s
from core.db import Row, Tx
from core.sql import query

#: Older stream rows are dropped; a console that was away for longer loads everything again.
KEEP = timedelta(days=2)


def topic(agent_id: UUID) -> str:
    return f"agent:{agent_id}"


async def publish(tx: Tx, agent_id: UUID, kind: str, **data: Any) -> None:
    """Append to the agent's stream, at the end of the transaction: the stream's row is locked last of all."""
    tx.at_end(_append, (agent_id, kind, data))
    tx.hint(topic(agent_id))


#: Streams are locked in one order, so that two transactions that write to the same two never wait in a ring.
_APPEND = query(
    """
    with news as (
        select agent_id, kind, data, n
        from unnest(:agents, :kinds, :data) with ordinality as row (agent_id, kind, data, n)
    ), counter as (
        insert into stream (agent_id, seq)
        select agent_id, count(*) from news group by agent_id order by agent_id
        on conflict (agent_id) do update set seq = stream.seq + excluded.seq
        returning agent_id, seq
    )
    insert into stream_event (agent_id, seq, kind, data, at)
    select news.agent_id,
           counter.seq + 1 - row_number() over (partition by news.agent_id order by news.n desc),
           news.kind, news.data, :now
    from news join counter using (agent_id)
    """,
    agents=ARRAY(s.Uuid),
    kinds=ARRAY(sa.Text),
    data=ARRAY(JSONB),
    now=s.Time,
)


async def _append(tx: Tx, rows: list[tuple[UUID, str, dict[str, Any]]]) -> None:
    agents, kinds, data = map(list, zip(*rows, strict=True))
    await tx.run(_APPEND, {"agents": agents, "kinds": kinds, "data": data, "now": tx.now})


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
