"""Visitors and their channel identities: one person, many doors.  Merging is logged and can be undone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import events
from core import schema as s
from core.db import Tx
from core.errors import Conflict, NotFound
from core.ids import new_id


async def resolve(
    tx: Tx,
    channel: str,
    account: str,
    external_id: str,
    *,
    brand: str = "default",
    name: str | None = None,
    language: str | None = None,
    verified: bool = False,
) -> sa.Row[Any]:
    """The identity row for this door key, made on first sight together with its visitor."""
    i = s.identity.c
    where = (i.channel == channel) & (i.account == account) & (i.external_id == external_id)
    row = await tx.one(sa.select(s.identity).where(where))
    if row is not None:
        return row
    visitor_id = new_id()
    await tx.run(
        s.visitor.insert().values(
            id=visitor_id,
            brand_id=brand,
            name=name,
            language=language,
            created_at=tx.now,
            last_seen_at=tx.now,
        )
    )
    made = await tx.one(
        insert(s.identity)
        .values(
            id=new_id(),
            visitor_id=visitor_id,
            channel=channel,
            account=account,
            external_id=external_id,
            verified=verified,
            created_at=tx.now,
            last_seen_at=tx.now,
        )
        .on_conflict_do_nothing()
        .returning(s.identity)
    )
    if made is not None:
        return made
    # Another delivery made it between our look and our insert: take theirs, drop our empty visitor.
    await tx.run(s.visitor.delete().where(s.visitor.c.id == visitor_id))
    found = await tx.one(sa.select(s.identity).where(where))
    assert found is not None
    return found


async def get(tx: Tx, visitor_id: UUID) -> sa.Row[Any]:
    """The visitor; follows a merge to the survivor.  NotFound when there is none."""
    for _ in range(8):
        row = await tx.one(sa.select(s.visitor).where(s.visitor.c.id == visitor_id))
        if row is None:
            raise NotFound()
        if row.merged_into is None:
            return row
        visitor_id = row.merged_into
    raise NotFound()


async def merge(tx: Tx, survivor_id: UUID, merged_id: UUID, *, by: UUID | None = None) -> UUID:
    """Make two visitors one; returns the merge's id, with which unmerge takes it back.

    Identities, conversations and messages move over; the moved messages are renumbered after the
    survivor's, in their own order, so that both counters stay gap-free.  Of two open conversations the
    one with an agent survives, the other closes as merged; two with agents: Conflict, a person decides.
    """
    if survivor_id == merged_id:
        raise Conflict("same_visitor")
    rows = {
        row.id: row
        for row in await tx.all(
            sa.select(s.visitor)
            .where(s.visitor.c.id.in_([survivor_id, merged_id]))
            .order_by(s.visitor.c.id)
            .with_for_update(key_share=True)
        )
    }
    if len(rows) != 2:
        raise NotFound()
    if any(row.merged_into for row in rows.values()):
        raise Conflict("already_merged")
    closed = await _settle_open(tx, survivor_id, merged_id)
    moved = {
        "identities": await _move(tx, s.identity, merged_id, survivor_id),
        "conversations": await _move(tx, s.conversation, merged_id, survivor_id),
        "closed": closed,
        "messages": await _renumber(
            tx,
            s.message.c.visitor_id == merged_id,
            survivor_id,
            position=rows[survivor_id].position,
            seq=rows[survivor_id].seq,
        ),
    }
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
    return merge_id


async def unmerge(tx: Tx, merge_id: UUID) -> None:
    """Give the merged visitor back what it brought, and what its identities did since."""
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
    identities = [UUID(i) for i in done.moved["identities"]]
    conversations = set(map(UUID, done.moved["conversations"])) | {
        row.id
        for row in await tx.all(
            sa.select(s.conversation.c.id).where(
                s.conversation.c.visitor_id == done.survivor_id, s.conversation.c.identity_id.in_(identities)
            )
        )
    }
    await _give_back(tx, done, identities, conversations)
    await tx.run(s.visitor_merge.update().where(s.visitor_merge.c.id == merge_id).values(undone_at=tx.now))
    await events.record(
        tx, "visitor.unmerged", actor="system", visitor_id=done.survivor_id, merged_id=str(done.merged_id)
    )
    tx.hint(*(f"visitor:{v}" for v in pair))


async def _settle_open(tx: Tx, survivor_id: UUID, merged_id: UUID) -> dict[str, str] | None:
    """Leave at most one open live conversation; returns what was closed and its former state."""
    c = s.conversation.c
    rows = await tx.all(
        sa.select(c.id, c.state, c.visitor_id, c.active_at)
        .where(c.visitor_id.in_([survivor_id, merged_id]), c.kind == "live", c.state != "closed")
        .order_by(c.id)
        .with_for_update(key_share=True)
    )
    if len(rows) < 2:
        return None
    rank = {"bot": 0, "waiting": 1, "agent": 2}
    loser, winner = sorted(rows, key=lambda r: (rank[r.state], r.visitor_id == survivor_id))
    if loser.state == winner.state == "agent":
        raise Conflict("both_in_service")
    await tx.run(
        s.conversation.update()
        .where(c.id == loser.id)
        .values(state="closed", close_reason="merged", closed_at=tx.now, version=c.version + 1, agent_id=None)
    )
    return {"id": str(loser.id), "state": loser.state}


async def _move(tx: Tx, table: sa.Table, source: UUID, target: UUID) -> list[str]:
    rows = await tx.run(
        table.update().where(table.c.visitor_id == source).values(visitor_id=target).returning(table.c.id)
    )
    return [str(row.id) for row in rows]


async def _renumber(tx: Tx, which: sa.ColumnElement[bool], owner: UUID, *, position: int, seq: int) -> int:
    """Give these messages to owner, numbered in their own order after position and seq; returns how many."""
    m = s.message.c
    ordered = (
        sa.select(
            m.id,
            sa.func.row_number().over(order_by=m.position).label("nth"),
            sa.func.count(m.seq).over(order_by=m.position).label("nth_public"),
        )
        .where(which)
        .subquery()
    )
    count = (
        await tx.run(
            s.message.update()
            .where(m.id == ordered.c.id)
            .values(
                visitor_id=owner,
                position=position + ordered.c.nth,
                seq=sa.case((m.seq.is_not(None), seq + ordered.c.nth_public), else_=None),
            )
        )
    ).rowcount
    await _recount(tx, owner)
    return int(count)


async def _recount(tx: Tx, visitor_id: UUID) -> None:
    m, v = s.message.c, s.visitor.c
    highest = sa.select(
        sa.func.coalesce(sa.func.max(m.position), 0), sa.func.coalesce(sa.func.max(m.seq), 0)
    ).where(m.visitor_id == visitor_id)
    position, seq = (await tx.run(highest)).one()
    await tx.run(
        s.visitor.update()
        .where(v.id == visitor_id)
        # greatest: a number once seen by a client is never given out a second time
        .values(position=sa.func.greatest(v.position, position), seq=sa.func.greatest(v.seq, seq))
    )


async def _give_back(tx: Tx, done: sa.Row[Any], identities: list[UUID], conversations: set[UUID]) -> None:
    merged, m = done.merged_id, s.message.c
    await tx.run(s.visitor.update().where(s.visitor.c.id == merged).values(merged_into=None))
    await tx.run(s.identity.update().where(s.identity.c.id.in_(identities)).values(visitor_id=merged))
    await tx.run(
        s.conversation.update().where(s.conversation.c.id.in_(conversations)).values(visitor_id=merged)
    )
    # All that was the merged visitor's left with the merge: counting from 1 restores its old numbers exactly.
    # The survivor's numbers stay as clients have seen them; what left leaves a hole, never a second use.
    await _renumber(tx, m.conversation_id.in_(conversations), merged, position=0, seq=0)
    closed = done.moved["closed"]
    if closed is not None:
        await _reopen(tx, UUID(closed["id"]), closed["state"])


async def _reopen(tx: Tx, conversation_id: UUID, state: str) -> None:
    """A conversation that only a merge had closed comes back, unless its visitor has another open by now."""
    c = s.conversation.c
    row = await tx.one(sa.select(c.visitor_id, c.brand_id, c.close_reason).where(c.id == conversation_id))
    if row is None or row.close_reason != "merged":
        return
    busy = await tx.value(
        sa.select(sa.func.count()).where(
            c.visitor_id == row.visitor_id, c.brand_id == row.brand_id, c.kind == "live", c.state != "closed"
        )
    )
    if busy:
        return
    back = "bot" if state == "agent" else state
    await tx.run(
        s.conversation.update()
        .where(c.id == conversation_id)
        .values(state=back, close_reason=None, closed_at=None, version=c.version + 1)
    )
