"""The waiting line, as rows: who waits, since when, why, and with which priority."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from core import conversations, events
from core.db import Row, Tx
from core.ids import new_id
from core.lifecycle import Move
from handoff import packet as packets
from handoff.presence import on_duty
from handoff.schema import queue_entry

#: Reasons that go before others; everybody else waits with 0.
PRIORITY = {"agent_lost": 100, "transfer": 50, "angry": 10}

_ORDER = (queue_entry.c.priority.desc(), queue_entry.c.rank_at, queue_entry.c.id)


async def enqueue(
    tx: Tx,
    conversation: Row,
    *,
    reason: str,
    move: Move = Move.HANDOFF,
    note: str | None = None,
    group_id: UUID | None = None,
    rank_at: datetime | None = None,
    excluded_agent_id: UUID | None = None,
    actor: str = "bot",
    by: UUID | None = None,
    told: str = "waiting",
) -> Row:
    """Move a locked conversation to waiting and put it in line; returns its new row.

    The visitor is told by the event told; that nobody is on duty is said as well, and instead of "waiting".
    """
    packet = await packets.build(tx, conversation, reason, note)
    row = await conversations.move(
        tx, conversation, move, actor=actor, by=by, reason=reason, group_id=group_id or conversation.group_id
    )
    duty = await on_duty(tx)
    await tx.run(
        queue_entry.insert().values(
            id=new_id(),
            conversation_id=row.id,
            group_id=row.group_id,
            reason=reason,
            note=note,
            priority=PRIORITY.get(reason, 0),
            rank_at=rank_at or tx.now,
            excluded_agent_id=excluded_agent_id,
            packet=packet,
            entered_at=tx.now,
            told_nobody_at=None if duty else tx.now,
        )
    )
    if duty or told != "waiting":
        await conversations.tell(tx, row, told, reason=reason)
    if not duty:
        await conversations.tell(tx, row, "nobody_on_duty")
    return row


async def leave(tx: Tx, conversation_id: UUID, state: str, agent_id: UUID | None = None) -> Row | None:
    """End the waiting entry, if there is one; returns it."""
    q = queue_entry.c
    return (
        await tx.run(
            queue_entry.update()
            .where(q.conversation_id == conversation_id, q.state == "waiting")
            .values(state=state, left_at=tx.now, agent_id=agent_id)
            .returning(queue_entry)
        )
    ).first()


async def line(tx: Tx, limit: int = 200) -> list[Row]:
    """The waiting entries in the order in which they will be served."""
    return await tx.all(
        sa.select(queue_entry).where(queue_entry.c.state == "waiting").order_by(*_ORDER).limit(limit)
    )


async def waiting(tx: Tx) -> int:
    return int(
        await tx.value(
            sa.select(sa.func.count()).select_from(queue_entry).where(queue_entry.c.state == "waiting")
        )
    )


async def place(tx: Tx, conversation_id: UUID) -> int | None:
    """The conversation's place in line, from 1; None when it does not wait.  Derived, never counted up."""
    q = queue_entry.c
    mine = await tx.one(
        sa.select(q.priority, q.rank_at, q.id).where(
            q.conversation_id == conversation_id, q.state == "waiting"
        )
    )
    if mine is None:
        return None
    before = sa.or_(
        q.priority > mine.priority,
        sa.and_(q.priority == mine.priority, sa.tuple_(q.rank_at, q.id) < sa.tuple_(mine.rank_at, mine.id)),
    )
    count = sa.select(sa.func.count()).select_from(queue_entry).where(q.state == "waiting", before)
    return int(await tx.value(count)) + 1


async def wait_range(tx: Tx, position: int) -> tuple[int, int] | None:
    """Seconds (from, to) in which such a place was reached lately; None while there is too little to go by.

    From the last 50 claims: the quartiles of the time between two claims, times the places to go.
    """
    q = queue_entry.c
    recent = (
        sa.select(q.left_at)
        .where(q.state == "assigned", q.left_at > tx.now - timedelta(hours=2))
        .order_by(q.left_at.desc())
        .limit(50)
        .subquery()
    )
    gap = sa.func.extract(
        "epoch", recent.c.left_at - sa.func.lag(recent.c.left_at).over(order_by=recent.c.left_at)
    )
    gaps = sa.select(gap.label("gap")).subquery()
    row = await tx.one(
        sa.select(
            sa.func.count(gaps.c.gap),
            sa.func.percentile_cont(0.25).within_group(gaps.c.gap),
            sa.func.percentile_cont(0.75).within_group(gaps.c.gap),
        )
    )
    if row is None or row[0] < 5:
        return None
    return round(float(row[1]) * position), max(round(float(row[2]) * position), 1)


async def put_back(tx: Tx, conversation: Row) -> None:
    """Wait again with the reason and the place of the last waiting; no effect on who never waited."""
    q = queue_entry.c
    last = await tx.one(
        sa.select(queue_entry)
        .where(q.conversation_id == conversation.id)
        .order_by(q.entered_at.desc())
        .limit(1)
    )
    if last is not None:
        await enqueue(
            tx,
            conversation,
            reason=last.reason,
            note=last.note,
            group_id=last.group_id,
            rank_at=last.rank_at,
            excluded_agent_id=last.excluded_agent_id,
            actor="system",
        )


async def abandon(tx: Tx, conversation: Row, state: str, *, actor: str = "visitor") -> None:
    """The waiting ended without an agent: close the entry and log it, so that abandonment can be counted."""
    entry = await leave(tx, conversation.id, state)
    if entry is not None:
        await events.record(
            tx,
            "queue.left",
            actor=actor,
            conversation_id=conversation.id,
            visitor_id=conversation.visitor_id,
            how=state,
            waited_s=(tx.now - entry.entered_at).total_seconds(),
        )
