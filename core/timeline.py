"""The visitor's timeline: every message of every conversation and channel, numbered without gaps.

Numbers come from counters on the visitor's row, moved under its lock.  So whoever sees number n
committed also sees every number below n committed, and "give me all after n" can miss nothing;
an id or a sequence could not promise that, because commits land out of order.

Lock order in every transaction that writes here: visitor, conversation, work, agent, queue entry, stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from core import schema as s
from core import streams
from core.db import Row, Tx
from core.errors import NotFound
from core.ids import new_id
from core.messages import Content, dump_content

VISITOR, BOT, AGENT, SYSTEM = "visitor", "bot", "agent", "system"

#: Channels whose clients read the timeline themselves; all others get outbox rows.
PULL_CHANNELS = frozenset({"web", "app"})


@dataclass(frozen=True)
class Posted:
    id: UUID
    seq: int | None
    position: int
    created_at: datetime


def topic(visitor_id: UUID) -> str:
    return f"visitor:{visitor_id}"


async def lock(tx: Tx, conversation_id: UUID) -> Row:
    """The conversation, with its visitor's row and its own locked.  NotFound when there is none."""
    c, v = s.conversation.c, s.visitor.c
    both = (
        sa.select(s.conversation)
        .join(s.visitor, v.id == c.visitor_id)
        .where(c.id == conversation_id)
        # in this order; a row that changed while we waited is read again in its newest version
        .with_for_update(key_share=True, of=[s.visitor, s.conversation])
    )
    while True:
        row = await tx.one(both)
        if row is not None:
            return row
        if await tx.value(sa.select(c.id).where(c.id == conversation_id)) is None:
            raise NotFound()
        # otherwise a merge moved it to another visitor while we waited: lock that one


async def post(
    tx: Tx,
    conversation: Row,
    author: str,
    content: Content,
    *,
    agent_id: UUID | None = None,
    internal: bool = False,
    client_id: str | None = None,
    turn_id: UUID | None = None,
    channel: str | None = None,
    identity_id: UUID | None = None,
    sent_at: datetime | None = None,
    tell_agent: bool = True,
) -> Posted:
    """Append one message; queue it for a push channel; tell the agent who serves.

    conversation must be locked (lock, or opened in this transaction).
    """
    v = s.visitor.c
    numbers = (
        await tx.run(
            s.visitor.update()
            .where(v.id == conversation.visitor_id)
            .values(
                position=v.position + 1,
                seq=v.seq + (0 if internal else 1),
                **({"last_seen_at": tx.now} if author == VISITOR else {}),
            )
            .returning(v.position, v.seq)
        )
    ).one()
    posted = Posted(new_id(), None if internal else numbers.seq, numbers.position, tx.now)
    channel = channel or conversation.channel
    await tx.run(
        s.message.insert().values(
            id=posted.id,
            conversation_id=conversation.id,
            visitor_id=conversation.visitor_id,
            position=posted.position,
            seq=posted.seq,
            author=author,
            agent_id=agent_id,
            content=dump_content(content),
            channel=channel,
            identity_id=identity_id,
            client_id=client_id,
            turn_id=turn_id,
            sent_at=sent_at,
            created_at=tx.now,
        )
    )
    if author != VISITOR and not internal and channel not in PULL_CHANNELS:
        await _queue_out(tx, conversation, posted.id, identity_id)
    if tell_agent and conversation.agent_id is not None and conversation.state == "agent":
        await streams.publish(
            tx,
            conversation.agent_id,
            "message",
            message_id=str(posted.id),
            conversation_id=str(conversation.id),
        )
    tx.hint(topic(conversation.visitor_id), f"watch:{conversation.id}")
    return posted


async def _queue_out(tx: Tx, conversation: Row, message_id: UUID, identity_id: UUID | None) -> None:
    target = identity_id or conversation.identity_id
    if target is None:
        return
    await tx.run(
        s.outbox.insert().values(
            conversation_id=conversation.id, identity_id=target, message_id=message_id, due_at=tx.now
        )
    )
    tx.hint("outbox")


async def page(
    tx: Tx, visitor_id: UUID, *, after: int = 0, before: int | None = None, limit: int = 50
) -> list[Row]:
    """Public messages by seq, ascending: the first limit after a seq, or the last limit before one."""
    m = s.message.c
    query = sa.select(s.message).where(m.visitor_id == visitor_id, m.seq.is_not(None), m.seq > after)
    if before is None:
        return await tx.all(query.order_by(m.seq).limit(limit))
    rows = await tx.all(query.where(m.seq < before).order_by(m.seq.desc()).limit(limit))
    return rows[::-1]


async def cursor(tx: Tx, visitor_id: UUID) -> int:
    """The highest public number given out so far."""
    return int(await tx.value(sa.select(s.visitor.c.seq).where(s.visitor.c.id == visitor_id)) or 0)
