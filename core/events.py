"""The event log: append-only, who did what when.  Every metric comes from it (docs/reference/events.md)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from core import schema as s
from core.db import Tx
from core.sql import query


async def record(
    tx: Tx,
    type: str,
    *,
    actor: str,
    conversation_id: UUID | None = None,
    visitor_id: UUID | None = None,
    agent_id: UUID | None = None,
    **data: Any,
) -> None:
    """Append one event in the transaction of the change it tells of.

    type is dotted, past tense: conversation.opened, reply.sent.  actor: visitor, bot, agent, system.
    """
    tx.at_end(_append, (type, actor, conversation_id, visitor_id, agent_id, data))


_EVENTS = query(
    """
    insert into event (at, type, actor, conversation_id, visitor_id, agent_id, data)
    select :now, type, actor, conversation_id, visitor_id, agent_id, data
    from unnest(:types, :actors, :conversations, :visitors, :agents, :data)
        with ordinality as row (type, actor, conversation_id, visitor_id, agent_id, data, n)
    order by n
    """,
    now=s.Time,
    types=ARRAY(sa.Text),
    actors=ARRAY(sa.Text),
    conversations=ARRAY(s.Uuid),
    visitors=ARRAY(s.Uuid),
    agents=ARRAY(s.Uuid),
    data=ARRAY(JSONB),
)


async def _append(tx: Tx, rows: list[tuple[Any, ...]]) -> None:
    types, actors, conversations, visitors, agents, data = map(list, zip(*rows, strict=True))
    await tx.run(
        _EVENTS,
        {
            "now": tx.now,
            "types": types,
            "actors": actors,
            "conversations": conversations,
            "visitors": visitors,
            "agents": agents,
            "data": data,
        },
    )


async def audit(
    tx: Tx, actor: str, verb: str, object: str, *, request_id: str | None = None, **data: Any
) -> None:
    """Append one audit row in the transaction of the change; actor and object read "agent:<id>"."""
    await tx.run(
        s.audit.insert().values(
            at=tx.now, actor=actor, verb=verb, object=object, data=data, request_id=request_id
        )
    )
