"""The way in: one transaction that de-dupes, finds or makes visitor and conversation, and stores the message.

Whoever acknowledges to a channel does so after this has committed, and not before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import conversations, events, timeline, visitors
from core import schema as s
from core.db import Database, Row, Tx
from core.errors import Invalid, NotFound
from core.ids import parse_id
from core.messages import (
    ATTACHMENTS,
    MAX_TEXT,
    Attachment,
    Button,
    Buttons,
    Card,
    Content,
    Inbound,
    Location,
    Press,
    Text,
    is_storable,
    parse_content,
)

#: People write 在吗 / 我要退款 / 单号123 in three bubbles: a turn starts when they pause this long ...
QUIET_GAP = timedelta(milliseconds=700)
#: ... and at the latest this long after the first bubble.
LONGEST_GAP = timedelta(seconds=2)
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
    seen = await _seen(tx, inbound)
    if seen is not None:
        return seen
    content = await _checked(tx, identity, inbound.content)
    conversation = await conversations.find_or_open_for(
        tx, identity.visitor_id, channel=inbound.channel, identity_id=identity.id, brand=inbound.brand
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
    await tx.run(
        s.inbox.insert().values(
            channel=inbound.channel,
            account=_account(inbound),
            dedupe_key=inbound.dedupe_key,
            message_id=posted.id,
            at=tx.now,
        )
    )
    await _note_activity(tx, conversation, identity, inbound)
    await schedule(tx, conversation.id)
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
    assert posted.seq is not None
    return Accepted(True, posted.id, posted.seq, conversation.id, tx.now)


async def _lock_sender(tx: Tx, inbound: Inbound) -> Row:
    """The sender's identity, with its visitor's row locked."""
    while True:
        identity = await visitors.resolve(
            tx,
            inbound.channel,
            inbound.account,
            inbound.sender,
            brand=inbound.brand,
            language=inbound.language,
        )
        locked = await visitors.lock(tx, identity.visitor_id)
        if locked.id == identity.visitor_id:
            return identity  # otherwise a merge moved the identity between our two reads


async def schedule(tx: Tx, conversation_id: UUID) -> None:
    """Give the conversation's owner something to handle, after the quiet gap."""
    w = s.work.c
    row = insert(s.work).values(conversation_id=conversation_id, first_at=tx.now, due_at=tx.now + QUIET_GAP)
    await tx.run(
        row.on_conflict_do_update(
            index_elements=["conversation_id"],
            set_={
                "first_at": sa.func.coalesce(sa.case((w.due_at.is_not(None), w.first_at)), tx.now),
                "due_at": sa.case(
                    (w.due_at.is_(None), row.excluded.due_at),
                    else_=sa.func.least(w.first_at + LONGEST_GAP, row.excluded.due_at),
                ),
            },
        )
    )
    tx.hint("work")


def _account(inbound: Inbound) -> str:
    # Pull clients choose their own client ids, so one visitor's must never shadow another's.
    if inbound.channel in timeline.PULL_CHANNELS:
        return f"{inbound.account}/{inbound.sender}"
    return inbound.account


async def _seen(tx: Tx, inbound: Inbound) -> Accepted | None:
    i, m = s.inbox.c, s.message.c
    row = await tx.one(
        sa.select(m.id, m.seq, m.conversation_id, m.created_at)
        .join(s.inbox, i.message_id == m.id)
        .where(
            i.channel == inbound.channel,
            i.account == _account(inbound),
            i.dedupe_key == inbound.dedupe_key,
        )
    )
    return Accepted(False, row.id, row.seq, row.conversation_id, row.created_at) if row else None


async def _checked(tx: Tx, identity: Row, content: Content) -> Content:
    """The content as we store it: texts bounded, presses and attachments looked up as the visitor's own."""
    match content:
        case Text(text=words):
            check_words(words, "content.text")
            return content
        case Press():
            return await _pressed(tx, identity, content)
        case Location(latitude=lat, longitude=lon, label=label):
            fits = -90 <= lat <= 90 and -180 <= lon <= 180 and len(label) <= 200
            if not fits or not is_storable(label):
                raise Invalid("bad_location", field="content")
            return content
        case Attachment() if isinstance(content, ATTACHMENTS):
            return await attached(tx, content, s.blob.c.visitor_id == identity.visitor_id)
        case _:
            raise Invalid("bad_content", field="content.type")


def check_words(words: str, field: str) -> None:
    """Invalid unless words are something a person may send: not blank, not too long, storable."""
    if not words.strip():
        raise Invalid("empty_text", field=field)
    if len(words) > MAX_TEXT:
        raise Invalid("text_too_long", field=field)
    if not is_storable(words):
        raise Invalid("bad_text", field=field)


async def _pressed(tx: Tx, identity: Row, press: Press) -> Press:
    """A press names a message and a button; what the button means is looked up, never believed."""
    m = s.message.c
    raw = await tx.value(
        sa.select(m.content).where(
            m.id == parse_id(press.message_id, "content.message_id"),
            m.visitor_id == identity.visitor_id,
            m.seq.is_not(None),
        )
    )
    if raw is None:
        raise NotFound("no_such_button", field="content.message_id")
    shown = parse_content(raw)
    buttons: tuple[Button, ...] = shown.buttons if isinstance(shown, Buttons | Card) else ()
    if not 0 <= press.index < len(buttons):
        raise NotFound("no_such_button", field="content.index")
    button = buttons[press.index]
    return msgspec.structs.replace(press, title=button.title, payload=button.payload)


async def attached(tx: Tx, content: Attachment, mine: sa.ColumnElement[bool]) -> Content:
    """The attachment with name, size and kind as stored, if the blob is the sender's own."""
    if content.alt is not None and (len(content.alt) > 500 or not is_storable(content.alt)):
        raise Invalid("bad_text", field="content.alt")
    blob = await tx.one(
        sa.select(s.blob).where(s.blob.c.id == parse_id(content.blob_id, "content.blob_id"), mine)
    )
    if blob is None:
        raise NotFound("no_such_file", field="content.blob_id")
    filled: Any = msgspec.structs.replace(
        content, name=blob.name, mime=blob.mime, size=blob.size, width=blob.width, height=blob.height
    )
    return filled  # type: ignore[no-any-return]


async def _note_activity(tx: Tx, conversation: Row, identity: Row, inbound: Inbound) -> None:
    await tx.run(
        s.conversation.update()
        .where(s.conversation.c.id == conversation.id)
        .values(active_at=tx.now, channel=inbound.channel, identity_id=identity.id)
    )
    if identity.last_seen_at < tx.now - SEEN_WITHIN:
        await tx.run(s.identity.update().where(s.identity.c.id == identity.id).values(last_seen_at=tx.now))
    if conversation.state == "waiting":
        tx.hint("queue")
