"""The event log: append-only, who did what when.  Every metric comes from it (docs/reference/events.md)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core import schema as s
from core.db import Tx


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
    await tx.run(
        s.event.insert().values(
            at=tx.now,
            type=type,
            actor=actor,
            conversation_id=conversation_id,
            visitor_id=visitor_id,
            agent_id=agent_id,
            data=data,
        )
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
