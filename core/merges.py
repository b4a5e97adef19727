"""Two visitors who turn out to be one person: merged with all that is theirs, and parted again on demand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core import events
from core import schema as s
from core.db import Row, Tx
from core.errors import Conflict, NotFound
from core.ids import new_id

#: Of two open conversations the one with an agent survives, then the one that waits.
_RANK = {"bot": 0, "waiting": 1, "agent": 2}

#: These have a visitor_id and are not simply handed over: the log stays as it was, messages are renumbered.
_NOT_MOVED = {"event", "message"}


@dataclass(frozen=True)
class Settled:
    """A conversation that a merge closed or an unmerge opened again, and its state before the merge."""

    conversation_id: UUID
    state: str


async def merge(
    tx: Tx, survivor_id: UUID, merged_id: UUID, *, by: UUID | None = None
) -> tuple[UUID, list[Settled]]:
    """Make two visitors one; returns the merge's id, with which unmerge takes it back, and what it closed.

    All that is the merged visitor's moves over; the messages are renumbered after the survivor's, in their
    own order, so that both counters stay gap-free.  Of two open conversations one closes as merged; two
    with agents: Conflict both_in_service, a person decides.
    """
    rows = await _lock_pair(tx, survivor_id, merged_id)
    closed = await _settle_open(tx, survivor_id, merged_id)
    moved: dict[str, Any] = {
        table.name: await _hand_over(tx, table, merged_id, survivor_id) for table in _movable()
    }
    survivor = rows[survivor_id]
    theirs = s.message.c.visitor_id == merged_id
    await _renumber(tx, theirs, survivor_id, position=survivor.position, seq=survivor.seq)
    moved["closed"] = [{"id": str(c.conversation_id), "state": c.state} for c in closed]
    await tx.run(s.visitor.update().where(s.visitor.c.id == merged_id).values(merged_into=survivor_id))
    merge_id = new_id()
    await tx.run(
        s.visitor_merge.insert().values(
            id=merge_id, survivor_id=survivor_id, merged_id=merged_id, moved=moved, by_agent_id=by, at=tx.now
        )
    )
    await events.record(
        tx,
        "visitor.merged",
        actor="agent" if by else "system",
        visitor_id=survivor_id,
        agent_id=by,
        merged_id=str(merged_id),
    )
    tx.hint(f"visitor:{survivor_id}", f"visitor:{merged_id}")
    return merge_id, closed


async def unmerge(tx: Tx, merge_id: UUID) -> list[Settled]:
    """Give the merged visitor back what it brought, and what its identities began since.

    Returns the conversations that only the merge had closed: open again, with the bot.
    """
    done = await tx.one(
        sa.select(s.visitor_merge).where(s.visitor_merge.c.id == merge_id).with_for_update(key_share=True)
    )
    if done is None:
        raise NotFound()
    if done.undone_at is not None:
        raise Conflict("already_undone")
    pair = [done.survivor_id, done.merged_id]
    await tx.run(
        sa.select(s.visitor.c.id)
        .where(s.visitor.c.id.in_(pair))
        .order_by(s.visitor.c.id)
        .with_for_update(key_share=True)
    )
    await tx.run(s.visitor.update().where(s.visitor.c.id == done.merged_id).values(merged_into=None))
    await _give_back(tx, done)
    reopened = [c for c in done.moved["closed"] if await _reopen(tx, UUID(c["id"]))]
    await tx.run(s.visitor_merge.update().where(s.visitor_merge.c.id == merge_id).values(undone_at=tx.now))
    await events.record(
        tx, "visitor.unmerged", actor="system", visitor_id=done.survivor_id, merged_id=str(done.merged_id)
    )
    tx.hint(*(f"visitor:{v}" for v in pair))
    return [Settled(UUID(c["id"]), c["state"]) for c in reopened]


async def _lock_pair(tx: Tx, survivor_id: UUID, merged_id: UUID) -> dict[UUID, Row]:
    if survivor_id == merged_id:
        raise Conflict("same_visitor")
    found = await tx.all(
        sa.select(s.visitor)
        .where(s.visitor.c.id.in_([survivor_id, merged_id]))
        .order_by(s.visitor.c.id)
        .with_for_update(key_share=True)
    )
    rows = {row.id: row for row in found}
    if len(rows) != 2:
        raise NotFound()
    if any(row.merged_into for row in found):
        raise Conflict("already_merged")
    return rows


async def _settle_open(tx: Tx, survivor_id: UUID, merged_id: UUID) -> list[Settled]:
    """Leave at most one open live conversation per brand; returns what was closed."""
    c = s.conversation.c
    rows = await tx.all(
        sa.select(c.id, c.brand_id, c.state, c.visitor_id)
        .where(c.visitor_id.in_([survivor_id, merged_id]), c.kind == "live", c.state != "closed")
        .order_by(c.brand_id, c.id)
        .with_for_update(key_share=True)
    )
    closed: list[Settled] = []
    for _, of_brand in groupby(rows, key=lambda row: row.brand_id):
        ranked = sorted(of_brand, key=lambda row: (_RANK[row.state], row.visitor_id == survivor_id))
        if len(ranked) < 2:
            continue
        loser, winner = ranked
        if loser.state == winner.state == "agent":
            raise Conflict("both_in_service")
        await _close(tx, loser)
        closed.append(Settled(loser.id, loser.state))
    return closed


async def _close(tx: Tx, row: Row) -> None:
    c = s.conversation.c
    await tx.run(
        s.conversation.update()
        .where(c.id == row.id)
        .values(state="closed", close_reason="merged", closed_at=tx.now, version=c.version + 1)
    )
    await _log_move(tx, row.id, row.visitor_id, "merge", row.state, "closed")


async def _reopen(tx: Tx, conversation_id: UUID) -> bool:
    """Back to the bot, unless the visitor has another open by now."""
    c = s.conversation.c
    row = (await tx.run(sa.select(s.conversation).where(c.id == conversation_id))).one()
    if row.close_reason != "merged":
        return False
    open_now = (c.brand_id == row.brand_id) & (c.kind == "live") & (c.state != "closed")
    if await tx.value(sa.select(c.id).where(c.visitor_id == row.visitor_id, open_now)):
        return False
    await tx.run(
        s.conversation.update()
        .where(c.id == conversation_id)
        .values(state="bot", close_reason=None, closed_at=None, version=c.version + 1)
    )
    await _log_move(tx, row.id, row.visitor_id, "unmerge", "closed", "bot")
    return True


async def _log_move(
    tx: Tx, conversation_id: UUID, visitor_id: UUID, move: str, before: str, after: str
) -> None:
    await events.record(
        tx,
        "conversation.moved",
        actor="system",
        conversation_id=conversation_id,
        visitor_id=visitor_id,
        move=move,
        before=before,
        after=after,
    )
    tx.hint(f"watch:{conversation_id}", "queue", "board")


def _movable() -> list[sa.Table]:
    """Every table, of whichever package, whose rows belong to a visitor."""
    return [
        table
        for table in s.metadata.sorted_tables
        if "visitor_id" in table.c and table.name not in _NOT_MOVED
    ]


async def _hand_over(tx: Tx, table: sa.Table, source: UUID, target: UUID) -> list[str]:
    rows = await tx.run(
        table.update().where(table.c.visitor_id == source).values(visitor_id=target).returning(table.c.id)
    )
    return [str(row.id) for row in rows]


async def _give_back(tx: Tx, done: Row) -> None:
    identities = [UUID(i) for i in done.moved["identity"]]
    c = s.conversation.c
    since = sa.select(c.id).where(
        c.visitor_id == done.survivor_id, c.identity_id.in_(identities), c.opened_at >= done.at
    )
    conversations = [UUID(i) for i in done.moved["conversation"]] + [row.id for row in await tx.all(since)]
    for table in _movable():
        ours: sa.ColumnElement[bool] = table.c.id.in_([UUID(i) for i in done.moved.get(table.name, [])])
        if table is s.conversation:
            ours = table.c.id.in_(conversations)
        elif "conversation_id" in table.c:
            ours = ours | table.c.conversation_id.in_(conversations)
        await tx.run(table.update().where(ours).values(visitor_id=done.merged_id))
    # All that was the merged visitor's left with the merge: counting from 1 restores its old numbers.
    # The survivor's numbers stay as clients have seen them; what left leaves a hole, never a second use.
    await _renumber(tx, s.message.c.conversation_id.in_(conversations), done.merged_id, position=0, seq=0)
    for visitor_id in (done.survivor_id, done.merged_id):
        await _answer_on_own_channel(tx, visitor_id)


async def _answer_on_own_channel(tx: Tx, visitor_id: UUID) -> None:
    """No open conversation may go on replying to an identity that has left with the other visitor."""
    c, i = s.conversation.c, s.identity.c
    newest = await tx.one(
        sa.select(s.identity).where(i.visitor_id == visitor_id).order_by(i.last_seen_at.desc()).limit(1)
    )
    if newest is None:
        return
    own = sa.select(i.id).where(i.visitor_id == visitor_id)
    await tx.run(
        s.conversation.update()
        .where(c.visitor_id == visitor_id, c.state != "closed", c.identity_id.not_in(own))
        .values(identity_id=newest.id, channel=newest.channel)
    )


async def _move_marks(tx: Tx, which: sa.ColumnElement[bool], position: int) -> None:
    """What points at a position of these messages points at the same message under its new number."""
    m, w, t, c = s.message.c, s.work.c, s.turn.c, s.conversation.c
    ours = sa.select(m.conversation_id).where(which)

    def moved(mark: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
        before = sa.select(sa.func.count()).where(which, m.position <= mark).scalar_subquery()
        return position + before

    await tx.run(
        s.work.update().where(w.conversation_id.in_(ours)).values(upto=moved(w.upto), newest=moved(w.newest))
    )
    await tx.run(
        s.turn.update().where(t.conversation_id.in_(ours), t.state == "running").values(upto=moved(t.upto))
    )
    await tx.run(
        s.conversation.update().where(c.id.in_(ours)).values(agent_read_position=moved(c.agent_read_position))
    )


async def _renumber(tx: Tx, which: sa.ColumnElement[bool], owner: UUID, *, position: int, seq: int) -> None:
    """Give these messages to owner, numbered in their own order after position and seq."""
    m, v = s.message.c, s.visitor.c
    await _move_marks(tx, which, position)
    ordered = (
        sa.select(
            m.id,
            sa.func.row_number().over(order_by=m.position).label("nth"),
            sa.func.count(m.seq).over(order_by=m.position).label("nth_public"),
        )
        .where(which)
        .subquery()
    )
    await tx.run(
        s.message.update()
        .where(m.id == ordered.c.id)
        .values(
            visitor_id=owner,
            position=position + ordered.c.nth,
            seq=sa.case((m.seq.is_not(None), seq + ordered.c.nth_public), else_=None),
        )
    )
    highest = sa.select(
        sa.func.coalesce(sa.func.max(m.position), 0), sa.func.coalesce(sa.func.max(m.seq), 0)
    ).where(m.visitor_id == owner)
    last, last_public = (await tx.run(highest)).one()
    await tx.run(
        s.visitor.update()
        .where(v.id == owner)
        # greatest: a number once seen by a client is never given out a second time
        .values(position=sa.func.greatest(v.position, last), seq=sa.func.greatest(v.seq, last_public))
    )
