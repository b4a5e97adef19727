"""The visitor's timeline: every message of every conversation and channel, numbered without gaps.

Numbers come from counters on the visitor's row, moved under its lock.  So whoever sees number n
committed also sees every number below n committed, and "give me all after n" can miss nothing;
an id or a sequence could not promise that, because commits land out of order.

Lock order in every transaction that writes here: visitor, conversation, work, agent, queue entry, stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from core import schema as s
from core import streams
from core.db import Row, Tx
from core.errors import NotFound
from core.ids import new_id
from core.messages import Content, dump_content
from core.sql import query

VISITOR, BOT, AGENT, SYSTEM = "visitor", "bot", "agent", "system"

#: Channels whose clients read the timeline themselves; all others get outbox rows.
PULL_CHANNELS = frozenset({"web", "app"})


def topic(visitor_id: UUID) -> str:
    return f"visitor:{visitor_id}"


async def lock(tx: Tx, conversation_id: UUID) -> Row:
    """The conversation, with its visitor's row and its own locked.  NotFound when there is none."""
    while True:
        row = (await tx.run(_LOCK, {"id": conversation_id})).first()
        if row is not None:
            return row
        if not await tx.run(_EXISTS, {"id": conversation_id}):
            raise NotFound()
        # otherwise a merge moved it to another visitor while we waited: lock that one


_LOCK = (
    sa.select(s.conversation)
    .join(s.visitor, s.visitor.c.id == s.conversation.c.visitor_id)
    .where(s.conversation.c.id == sa.bindparam("id"))
    # in this order; a row that changed while we waited is read again in its newest version
    .with_for_update(key_share=True, of=[s.visitor, s.conversation])
)
_EXISTS = sa.select(s.conversation.c.id).where(s.conversation.c.id == sa.bindparam("id"))


class How(TypedDict, total=False):
    """What may be said of messages besides who says what."""

    agent_id: UUID | None
    internal: bool
    client_id: str | None
    turn_id: UUID | None
    channel: str | None
    identity_id: UUID | None
    sent_at: datetime | None
    tell_agent: bool


async def post(tx: Tx, conversation: Row, author: str, content: Content, **how: Unpack[How]) -> Row:
    """Append one message and return its row; queue it for a push channel; tell the agent who serves.

    conversation must be locked (lock, or opened in this transaction).
    """
    [row] = await post_all(tx, conversation, author, [content], **how)
    return row


async def post_all(
    tx: Tx,
    conversation: Row,
    author: str,
    contents: Sequence[Content],
    *,
    agent_id: UUID | None = None,
    internal: bool = False,
    client_id: str | None = None,
    turn_id: UUID | None = None,
    channel: str | None = None,
    identity_id: UUID | None = None,
    sent_at: datetime | None = None,
    tell_agent: bool = True,
) -> list[Row]:
    """The same for several messages of one author, with one statement; returns them in order."""
    channel = channel or conversation.channel
    rows = await tx.run(
        _POST,
        {
            "visitor_id": conversation.visitor_id,
            "conversation_id": conversation.id,
            "count": len(contents),
            "public": 0 if internal else len(contents),
            "seen": author == VISITOR,
            "ids": [new_id() for _ in contents],
            "contents": [dump_content(content) for content in contents],
            "author": author,
            "agent_id": agent_id,
            "channel": channel,
            "identity_id": identity_id,
            "client_id": client_id,
            "turn_id": turn_id,
            "sent_at": sent_at,
            "now": tx.now,
        },
    )
    if author != VISITOR and not internal and channel not in PULL_CHANNELS:
        for row in rows:
            await _queue_out(tx, conversation, row.id, identity_id)
    if tell_agent and conversation.agent_id is not None and conversation.state == "agent":
        for row in rows:
            await streams.publish(
                tx,
                conversation.agent_id,
                "message",
                message_id=str(row.id),
                conversation_id=str(conversation.id),
            )
    tx.hint(topic(conversation.visitor_id), f"watch:{conversation.id}")
    return rows


#: Numbers and messages at once: the counters move under the visitor's lock, which the caller holds.
_POST = query(
    """
    with numbers as (
        update visitor set position = position + :count, seq = seq + :public,
            last_seen_at = case when :seen then :now else last_seen_at end
        where id = :visitor_id
        returning position, seq
    )
    insert into message (id, conversation_id, visitor_id, position, seq, author, agent_id, content, channel,
                         identity_id, client_id, turn_id, sent_at, created_at)
    select item.id, :conversation_id, :visitor_id,
           numbers.position - :count + item.n,
           case when :public > 0 then numbers.seq - :count + item.n end,
           :author, :agent_id, item.content, :channel, :identity_id, :client_id, :turn_id, :sent_at, :now
    from numbers, unnest(:ids, :contents) with ordinality as item (id, content, n)
    order by item.n
    returning *
    """,
    visitor_id=s.Uuid,
    conversation_id=s.Uuid,
    count=sa.BigInteger,
    public=sa.BigInteger,
    seen=sa.Boolean,
    ids=ARRAY(s.Uuid),
    contents=ARRAY(JSONB),
    author=sa.Text,
    agent_id=s.Uuid,
    channel=sa.Text,
    identity_id=s.Uuid,
    client_id=sa.Text,
    turn_id=s.Uuid,
    sent_at=s.Time,
    now=s.Time,
)


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
