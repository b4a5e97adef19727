"""A turn: leased with a fencing token, tried again after a crash, committed as a whole.

Its identity (turn_id) and its messages stay the same when it is tried again, so that the bot can answer a
repeated turn from its tracker and actions stay idempotent; the token grows with each attempt, so that
whatever an abandoned attempt still does is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from core import schema as s
from core import timeline
from core.db import Row, Tx
from core.errors import Conflict
from core.ids import new_id
from core.sql import query

#: Outlives the bot's deadline of 8 s: while a first attempt may still win no second one runs beside it.
LEASE = timedelta(seconds=12)

#: After this many attempts (crashes in between) a turn goes to people.
MAX_ATTEMPTS = 3


@dataclass(frozen=True)
class Lease:
    conversation_id: UUID
    turn_id: UUID
    fence: int
    after: int  # messages after this position ...
    upto: int  # ... up to this one
    attempts: int
    is_new: bool = True  # not an earlier attempt's turn


async def lease(tx: Tx, limit: int, length: timedelta = LEASE) -> list[Lease]:
    """Lease due turns of the bot, oldest first.

    Other processes' leases are stepped over, expired ones are taken up.
    """
    leased = [_next(row) for row in await tx.run(_DUE, {"now": tx.now, "limit": limit})]
    if leased:
        await tx.run(_LEASE, {"now": tx.now, "until": tx.now + length, **_columns(leased)})
    return leased


def _next(row: Row) -> Lease:
    """The next attempt at a due turn, or a new turn of all messages that are not handled yet."""
    if row.turn_id is not None:
        attempts, upto = row.attempts + 1, row.turn_upto
    else:
        attempts, upto = 1, row.newest
    return Lease(
        row.conversation_id,
        row.turn_id or new_id(),
        row.fence + 1,
        row.upto,
        upto,
        attempts,
        is_new=row.turn_id is None,
    )


def _columns(leased: list[Lease]) -> dict[str, list[Any]]:
    return {
        "conversations": [one.conversation_id for one in leased],
        "turns": [one.turn_id for one in leased],
        "fences": [one.fence for one in leased],
        "uptos": [one.upto for one in leased],
        "attempts": [one.attempts for one in leased],
        "new": [one.is_new for one in leased],
    }


_DUE = query(
    """
    select work.*, (select upto from turn where turn.id = work.turn_id) as turn_upto
    from work join conversation on conversation.id = work.conversation_id and conversation.state = 'bot'
    where due_at <= :now and (leased_until is null or leased_until < :now)
    order by due_at limit :limit
    for update of work skip locked
    """,
    now=s.Time,
    limit=sa.Integer,
)

_LEASE = query(
    """
    with lease as (
        select * from unnest(:conversations, :turns, :fences, :uptos, :attempts, :new)
            as row (conversation_id, turn_id, fence, upto, attempts, is_new)
    ), begun as (
        insert into turn (id, conversation_id, fence, upto, owner, started_at)
        select turn_id, conversation_id, fence, upto, 'bot', :now from lease where is_new
    ), again as (
        update turn set fence = lease.fence from lease where turn.id = lease.turn_id and not lease.is_new
    )
    update work
    set fence = lease.fence, turn_id = lease.turn_id, leased_until = :until, attempts = lease.attempts
    from lease where work.conversation_id = lease.conversation_id
    """,
    now=s.Time,
    until=s.Time,
    conversations=ARRAY(s.Uuid),
    turns=ARRAY(s.Uuid),
    fences=ARRAY(sa.BigInteger),
    uptos=ARRAY(sa.BigInteger),
    attempts=ARRAY(sa.Integer),
    new=ARRAY(sa.Boolean),
)


@dataclass(frozen=True)
class Read:
    """Messages that people read: after this position, up to that one."""

    conversation_id: UUID
    after: int
    upto: int


async def take_read(tx: Tx, limit: int = 200) -> list[Read]:
    """Mark what is due of conversations that people have, or nobody any more, as handled.

    People saw it when it came, so nothing is owed but its meaning: no turn, no lease.  Returns what somebody
    may want the meaning of.
    """
    rows = await tx.run(_READ, {"now": tx.now, "limit": limit})
    return [Read(row.conversation_id, row.after, row.upto) for row in rows if row.state != "closed"]


_READ = query(
    """
    with due as (
        select work.conversation_id, work.upto as after, work.turn_id, conversation.state
        from work join conversation on conversation.id = work.conversation_id and conversation.state <> 'bot'
        where due_at <= :now and (leased_until is null or leased_until < :now)
        order by due_at limit :limit
        for update of work skip locked
    ), crashed as (
        update turn set state = 'given_up', ended_at = :now from due where turn.id = due.turn_id
    )
    update work set upto = work.newest, due_at = null, turn_id = null, leased_until = null, attempts = 0
    from due where work.conversation_id = due.conversation_id
    returning work.conversation_id, due.after, work.upto, due.state
    """,
    now=s.Time,
    limit=sa.Integer,
)


async def next_due_s(tx: Tx) -> float | None:
    """Seconds until something is due, None when there is no work at all."""
    due = await tx.value(_NEXT)
    return None if due is None else (due - tx.now).total_seconds()


_w = s.work.c
_NEXT = sa.select(sa.func.min(sa.func.greatest(_w.due_at, sa.func.coalesce(_w.leased_until, _w.due_at))))


async def still_mine(tx: Tx, turn: Lease) -> Row:
    """Lock visitor, conversation and work for the commit; returns the conversation, and with it asked: what
    an action wants of the handoff, if one does.

    Conflict stale_turn when another attempt has taken the turn over meanwhile.
    """
    row = (await tx.run(_MINE, {"id": turn.conversation_id})).first()
    if row is None:  # a merge moved it while we waited: it is locked where it is now
        await timeline.lock(tx, turn.conversation_id)
        row = (await tx.run(_MINE, {"id": turn.conversation_id})).one()
    if (row.leased_turn, row.leased_fence) != (turn.turn_id, turn.fence):
        raise Conflict("stale_turn")
    return row


_e = s.turn_effect.c
_MINE = (
    sa.select(
        s.conversation,
        _w.turn_id.label("leased_turn"),
        _w.fence.label("leased_fence"),
        sa.select(_e.request)
        .where(_e.turn_id == _w.turn_id, _e.kind == "handoff")
        .order_by(_e.at)
        .limit(1)
        .scalar_subquery()
        .label("asked"),
    )
    .join(s.visitor, s.visitor.c.id == s.conversation.c.visitor_id)
    .join(s.work, _w.conversation_id == s.conversation.c.id)
    .where(s.conversation.c.id == sa.bindparam("id"))
    .with_for_update(key_share=True, of=[s.visitor, s.conversation, s.work])
)


async def check_fence(tx: Tx, conversation_id: UUID, turn_id: UUID, fence: int) -> None:
    """Conflict stale_turn unless this very attempt holds the turn.  Locks the work row."""
    row = await tx.one(
        sa.select(_w.turn_id, _w.fence).where(_w.conversation_id == conversation_id).with_for_update()
    )
    if row is None or row.turn_id != turn_id or row.fence != fence:
        raise Conflict("stale_turn")


async def finish(
    tx: Tx, turn: Lease, state: str, *, result: dict[str, Any] | None = None, error: str | None = None
) -> None:
    """Mark the turn's messages handled; what came meanwhile becomes the next turn."""
    due_at = await tx.value(
        _FINISH,
        {
            "turn_id": turn.turn_id,
            "conversation_id": turn.conversation_id,
            "state": state,
            "result": result,
            "error": error,
            "now": tx.now,
        },
    )
    if due_at is not None:
        tx.hint(DUE_NOW)


#: Hinted at when a turn may be due at once, other than by a message, which has its quiet gap.
DUE_NOW = "turn"

_FINISH = query(
    """
    with ended as (
        update turn set state = :state, result = :result, error = :error, ended_at = :now
        where id = :turn_id
        returning upto  -- as it is now: a merge may have renumbered the messages meanwhile
    )
    update work set upto = ended.upto, turn_id = null, leased_until = null, attempts = 0, first_at = :now,
        due_at = case when newest > ended.upto then greatest(due_at, :now) end
    from ended where conversation_id = :conversation_id
    returning due_at
    """,
    turn_id=s.Uuid,
    conversation_id=s.Uuid,
    state=sa.Text,
    result=JSONB(none_as_null=True),
    error=sa.Text,
    now=s.Time,
)
