"""The way in: one transaction that de-dupes, finds or makes visitor and conversation, and stores the message.

Whoever acknowledges to a channel does so after this has committed, and not before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from core import conversations, events, timeline, visitors
from core import schema as s
from core.admission import what_to_store
from core.db import Database, Row, Tx
from core.messages import Inbound
from core.sql import query

#: People write 在吗 / 我要退款 / 单号123 in three bubbles: a turn starts when they pause this long ...
QUIET_GAP = timedelta(milliseconds=700)
#: ... and at the latest this long after the first bubble.
LONGEST_GAP = timedelta(seconds=2)
#: Messages to people are due together at these times.
ANNOTATED_EVERY_S = 0.25
#: When an identity was last seen is kept to this precision: it need not cost a write with every message.
SEEN_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Accepted:
    """What became of an inbound message.  first is False for a redelivery, which had no effect."""

    first: bool
    message_id: UUID
    seq: int
    conversation_id: UUID
    created_at: datetime


async def accept(db: Database, inbound: Inbound) -> Accepted:
    """Store an inbound message once and for all.  Raises Rejected (bad content) or Unavailable."""

    async def once(tx: Tx) -> Accepted:
        return await accept_in(tx, inbound)

    return await db.retrying(once)


async def accept_in(tx: Tx, inbound: Inbound) -> Accepted:
    # The visitor's lock makes two racing deliveries take turns: the second finds the first's row.
    identity = await _lock_sender(tx, inbound)
    found = await _look(tx, inbound, identity)
    if found.seen_id is not None:
        return Accepted(False, found.seen_id, found.seen_seq, found.seen_conversation_id, found.seen_at)
    content = await what_to_store(tx, identity.visitor_id, inbound.content)
    conversation = (
        found
        if found.id is not None
        else await conversations.open_for(
            tx, identity.visitor_id, channel=inbound.channel, identity_id=identity.id, brand=inbound.brand
        )
    )
    posted = await timeline.post(
        tx,
        conversation,
        timeline.VISITOR,
        content,
        channel=inbound.channel,
        identity_id=identity.id,
        client_id=inbound.dedupe_key if inbound.channel in timeline.PULL_CHANNELS else None,
        sent_at=inbound.sent_at,
    )
    await _note(tx, inbound, identity, conversation, posted)
    return Accepted(True, posted.id, posted.seq, conversation.id, tx.now)


async def _note(tx: Tx, inbound: Inbound, identity: Row, conversation: Row, posted: Row) -> None:
    """What goes with a first delivery: never again, where replies go now, a turn that is due, the event."""
    await tx.run(
        _RECEIVED,
        {
            "channel": inbound.channel,
            "account": _account(inbound),
            "dedupe_key": inbound.dedupe_key,
            "message_id": posted.id,
            "position": posted.position,
            "conversation_id": conversation.id,
            "identity_id": identity.id,
            "now": tx.now,
            "seen_before": tx.now - SEEN_WITHIN,
            "due_at": _due(tx.now, conversation.state),
            "longest": LONGEST_GAP,
        },
    )
    tx.hint("work")
    if conversation.state == "waiting":
        tx.hint("queue")
    await events.record(
        tx,
        "message.received",
        actor="visitor",
        conversation_id=conversation.id,
        visitor_id=identity.visitor_id,
        agent_id=conversation.agent_id,
        owner=conversation.state,
        channel=inbound.channel,
        message_id=str(posted.id),
    )


def _due(now: datetime, state: str) -> datetime:
    """When the owner gets it: the bot after the gap; what people read at once is annotated in batches."""
    due = now + QUIET_GAP
    if state == "bot":
        return due
    batch = math.ceil(due.timestamp() / ANNOTATED_EVERY_S) * ANNOTATED_EVERY_S
    return datetime.fromtimestamp(batch, UTC)


async def _lock_sender(tx: Tx, inbound: Inbound) -> Row:
    """The sender's identity, with its visitor's row locked."""
    door = {"channel": inbound.channel, "account": inbound.account, "external_id": inbound.sender}
    while True:
        identity = (await tx.run(_SENDER, door)).first()
        if identity is None:
            await visitors.resolve(
                tx,
                inbound.channel,
                inbound.account,
                inbound.sender,
                brand=inbound.brand,
                language=inbound.language,
            )
        elif identity.merged_into is None:
            return identity
        # else a merge moved the identity while we waited for the lock: look where it is now


_SENDER = (
    sa.select(s.identity, s.visitor.c.merged_into)
    .join(s.visitor, s.visitor.c.id == s.identity.c.visitor_id)
    .where(
        s.identity.c.channel == sa.bindparam("channel"),
        s.identity.c.account == sa.bindparam("account"),
        s.identity.c.external_id == sa.bindparam("external_id"),
    )
    .with_for_update(key_share=True, of=s.visitor)
)


async def _look(tx: Tx, inbound: Inbound, identity: Row) -> Row:
    """The visitor's open conversation (id is null without one), and the first delivery of this message."""
    asked = {
        "channel": inbound.channel,
        "account": _account(inbound),
        "dedupe_key": inbound.dedupe_key,
        "visitor_id": identity.visitor_id,
        "brand": inbound.brand,
    }
    return (await tx.run(_LOOK, asked)).one()


_LOOK = query(
    """
    select conversation.*, first.id as seen_id, first.seq as seen_seq,
           first.conversation_id as seen_conversation_id, first.created_at as seen_at
    from (select 1) as always
    left join conversation on visitor_id = :visitor_id and brand_id = :brand
        and kind = 'live' and state <> 'closed'
    left join (
        select message.* from inbox join message on message.id = inbox.message_id
        where inbox.channel = :channel and inbox.account = :account and inbox.dedupe_key = :dedupe_key
    ) as first on true
    """,
    channel=sa.Text,
    account=sa.Text,
    dedupe_key=sa.Text,
    visitor_id=s.Uuid,
    brand=sa.Text,
)

#: The quiet gap starts afresh with each message, but the first of a burst is never held back for longer.
_RECEIVED = query(
    """
    with known as (
        insert into inbox (channel, account, dedupe_key, message_id, at)
        values (:channel, :account, :dedupe_key, :message_id, :now)
    ), active as (
        update conversation set active_at = :now, channel = :channel, identity_id = :identity_id
        where id = :conversation_id
    ), seen as (
        update identity set last_seen_at = :now where id = :identity_id and last_seen_at < :seen_before
    )
    insert into work (conversation_id, first_at, due_at, newest)
    values (:conversation_id, :now, :due_at, :position)
    on conflict (conversation_id) do update set
        newest = excluded.newest,
        first_at = case when work.due_at is null then excluded.first_at else work.first_at end,
        due_at = case when work.due_at is null then excluded.due_at
                      else least(work.first_at + :longest, excluded.due_at) end
    """,
    channel=sa.Text,
    account=sa.Text,
    dedupe_key=sa.Text,
    message_id=s.Uuid,
    position=sa.BigInteger,
    conversation_id=s.Uuid,
    identity_id=s.Uuid,
    now=s.Time,
    seen_before=s.Time,
    due_at=s.Time,
    longest=sa.Interval,
)


def _account(inbound: Inbound) -> str:
    # Pull clients choose their own client ids, so one visitor's must never shadow another's.
    if inbound.channel in timeline.PULL_CHANNELS:
        return f"{inbound.account}/{inbound.sender}"
    return inbound.account
