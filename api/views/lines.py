"""Who waits, in which order; and who is there to serve."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from api.views import summaries
from api.views.lens import Lens
from api.views.shapes import Colleague, QueueItem, QueueSnapshot
from core import schema as s
from core.db import Tx
from handoff import queue
from handoff.presence import LIVE_FOR


async def queue_snapshot(tx: Tx, lens: Lens, limit: int = 50) -> QueueSnapshot:
    """The head of the line, and how many wait in all."""
    entries = await queue.line(tx, limit)
    waiting = len(entries) if len(entries) < limit else await queue.waiting(tx)
    ids = [entry.conversation_id for entry in entries]
    rows = (
        {row.id: row for row in await tx.all(summaries.query().where(s.conversation.c.id.in_(ids)))}
        if ids
        else {}
    )
    items = [
        QueueItem(
            **summaries.fields(rows[entry.conversation_id], lens),
            position=place,
            waiting_s=max(0, round((tx.now - entry.entered_at).total_seconds())),
        )
        for place, entry in enumerate(entries, 1)
        if entry.conversation_id in rows
    ]
    return QueueSnapshot(items, waiting)


async def colleagues(tx: Tx, lens: Lens) -> list[Colleague]:
    """Everybody with an account that is not disabled, by name."""
    a, member, c = s.agent.c, s.group_member.c, s.conversation.c
    groups = sa.select(sa.func.array_agg(member.group_id)).where(member.agent_id == a.id).scalar_subquery()
    serving = (
        sa.select(sa.func.count())
        .select_from(s.conversation)
        .where(c.agent_id == a.id, c.state == "agent")
        .scalar_subquery()
    )
    rows = await tx.all(
        sa.select(
            a.id,
            a.name,
            a.avatar_blob_id,
            a.role,
            a.availability,
            a.capacity,
            (sa.func.coalesce(a.live_at > tx.now - LIVE_FOR, sa.false())).label("live"),
            groups.label("groups"),
            serving.label("open"),
        )
        .where(a.disabled_at.is_(None))
        .order_by(a.name, a.id)
    )
    return [_colleague(row, lens) for row in rows]


def _colleague(row: sa.Row[Any], lens: Lens) -> Colleague:
    groups: list[UUID] = row.groups or []
    return Colleague(
        row.id,
        row.name,
        lens.avatar(row.avatar_blob_id),
        row.role,
        row.availability,
        row.live,
        row.open,
        row.capacity,
        sorted(groups),
    )
