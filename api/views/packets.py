"""Handoff packets, and who served a conversation when."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import msgspec
import sqlalchemy as sa

from api.views.lens import Lens, when
from api.views.shapes import Face, Packet, Service, ServiceRating
from core import schema as s
from core.clock import stamp
from core.db import Row, Tx
from handoff.schema import queue_entry, service


async def packets(tx: Tx, conversation_ids: Iterable[UUID]) -> dict[UUID, Packet]:
    """The newest packet of each conversation that was ever handed over."""
    q = queue_entry.c
    rows = await tx.all(
        sa.select(q.conversation_id, q.packet)
        .distinct(q.conversation_id)
        .where(q.conversation_id.in_(list(conversation_ids)))
        .order_by(q.conversation_id, q.entered_at.desc())
    )
    return {row.conversation_id: msgspec.convert(row.packet, Packet, strict=False) for row in rows}


async def services(tx: Tx, conversation_id: UUID, lens: Lens) -> list[Service]:
    """Stretches of service, oldest first."""
    c, a = service.c, s.agent.c
    rows = await tx.all(
        sa.select(service, a.name, a.avatar_blob_id)
        .join(s.agent, a.id == c.agent_id)
        .where(c.conversation_id == conversation_id)
        .order_by(c.started_at)
    )
    return [_service(row, lens) for row in rows]


def _service(row: Row, lens: Lens) -> Service:
    return Service(
        id=row.id,
        agent=Face(row.agent_id, row.name, lens.avatar(row.avatar_blob_id)),
        started_at=when(row.started_at),
        first_reply_at=stamp(row.first_reply_at),
        ended_at=stamp(row.ended_at),
        end_reason=row.end_reason,
        rating=None if row.score is None else ServiceRating(row.score, row.comment),
    )
