"""What agents do with conversations.  Each verb is one transaction and returns the conversation's new row."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from core import admission, conversations, events, timeline
from core import schema as s
from core.db import Database, Row, Tx
from core.errors import Conflict, Invalid, NotFound
from core.lifecycle import Move
from core.messages import ATTACHMENTS, Content, Text
from core.sql import query
from handoff import claims, queue

CLOSE_REASONS = ("solved", "no_answer", "spam", "other", "visitor_left", "visitor")


async def accept(db: Database, conversation_id: UUID, agent_id: UUID) -> Row:
    """The agent takes a waiting conversation, or one that the bot has."""

    async def work(tx: Tx) -> Row:
        row = await claims.claim(tx, conversation_id, agent_id, how="accept")
        await _enter(tx, agent_id, "conversation.accepted", conversation_id)
        return row

    return await db.retrying(work)


async def takeover(db: Database, conversation_id: UUID, agent_id: UUID) -> Row:
    """A supervisor takes a conversation from whoever has it."""

    async def work(tx: Tx) -> Row:
        row = await claims.claim(tx, conversation_id, agent_id, how="takeover")
        await _enter(tx, agent_id, "conversation.taken_over", conversation_id)
        return row

    return await db.retrying(work)


async def transfer(
    db: Database,
    conversation_id: UUID,
    *,
    by: UUID,
    to_agent: UUID | None = None,
    to_group: UUID | None = None,
    note: str | None = None,
) -> Row:
    """Pass it on, to a person at once or to a group's line (before those who just came)."""
    if (to_agent is None) == (to_group is None):
        raise Invalid("one_target", field="agent_id")
    if to_agent == by:
        raise Invalid("to_yourself", field="agent_id")
    if note:
        admission.check_words(note, "note")

    async def work(tx: Tx) -> Row:
        before = await timeline.lock(tx, conversation_id)
        _must_own(before, by)
        if note:
            await timeline.post(
                tx, before, timeline.AGENT, Text(text=note), agent_id=by, internal=True, tell_agent=False
            )
        if to_agent is not None:
            row = await claims.claim(tx, conversation_id, to_agent, how="transfer", note=note)
            await _enter(tx, by, "conversation.transferred", conversation_id, to_agent=str(to_agent))
            return row
        if not await tx.value(sa.select(s.group.c.id).where(s.group.c.id == to_group)):
            raise NotFound("no_such_group", field="group_id")
        row = await requeue(tx, before, "transfer", note=note, group_id=to_group, actor="agent", by=by)
        await _enter(tx, by, "conversation.transferred", conversation_id, to_group=str(to_group))
        return row

    return await db.retrying(work)


async def requeue(
    tx: Tx,
    before: Row,
    reason: str,
    *,
    actor: str,
    note: str | None = None,
    group_id: UUID | None = None,
    by: UUID | None = None,
) -> Row:
    """From an agent back into the line: transfer, or the agent is unreachable (reason agent_lost)."""
    await claims.end_service(tx, before, reason)
    row = await queue.enqueue(
        tx,
        before,
        reason=reason,
        move=Move.REQUEUE,
        note=note,
        group_id=group_id,
        excluded_agent_id=before.agent_id,
        actor=actor,
        by=by or before.agent_id,
        told="requeued",
    )
    await conversations.inform(tx, before.agent_id, "unassigned", row, why=reason)
    return row


async def close(
    db: Database, conversation_id: UUID, *, actor: str, by: UUID | None = None, reason: str = "solved"
) -> Row:
    """End it.  An agent may close what is his; the visitor (by None) his own; routes check who asks."""
    if reason not in CLOSE_REASONS:
        raise Invalid("bad_reason", field="reason")

    async def work(tx: Tx) -> Row:
        before = await timeline.lock(tx, conversation_id)
        if before.state == "agent":
            if by is not None:
                _must_own(before, by)
            await claims.end_service(tx, before, reason)
        elif before.state == "waiting":
            await queue.abandon(tx, before, "closed", actor=actor)
        row = await conversations.move(tx, before, Move.CLOSE, actor=actor, by=by, reason=reason)
        await conversations.tell(tx, row, "closed", by=actor)
        if before.state == "agent":
            await conversations.inform(tx, before.agent_id, "unassigned", row, why="closed")
        if by is not None:
            await _enter(tx, by, "conversation.closed", conversation_id, reason=reason)
        return row

    return await db.retrying(work)


async def return_to_bot(db: Database, conversation_id: UUID, *, by: UUID) -> Row:
    """The agent gives it back to the bot."""

    async def work(tx: Tx) -> Row:
        before = await timeline.lock(tx, conversation_id)
        _must_own(before, by)
        await claims.end_service(tx, before, "returned_to_bot")
        row = await conversations.move(tx, before, Move.RETURN_TO_BOT, actor="agent", by=by)
        await conversations.tell(tx, row, "returned_to_bot")
        await conversations.inform(tx, by, "unassigned", row, why="returned_to_bot")
        await _enter(tx, by, "conversation.returned_to_bot", conversation_id)
        return row

    return await db.retrying(work)


async def reply(
    db: Database,
    conversation_id: UUID,
    agent_id: UUID,
    content: Content,
    *,
    client_id: str,
    seen: int | None = None,
    identity_id: UUID | None = None,
) -> Row:
    """Send the visitor something; returns the message row.

    The same client_id again returns the first message and has no second effect.  Conflict not_owner unless
    the agent has the conversation; Conflict behind when another agent wrote after position seen.
    identity_id: which of the visitor's identities to answer, instead of the one that wrote last.
    """

    async def work(tx: Tx) -> Row:
        before = await timeline.lock(tx, conversation_id)
        found = await _look(tx, conversation_id, agent_id, client_id, seen)
        if found.id is not None:
            return found
        _must_own(before, agent_id)
        if found.is_behind:
            raise Conflict("behind")
        content_now = await checked(tx, content, agent_id)
        posted = await timeline.post(
            tx,
            before,
            timeline.AGENT,
            content_now,
            agent_id=agent_id,
            client_id=client_id,
            channel=await _channel_of(tx, before, identity_id) if identity_id else None,
            identity_id=identity_id,
        )
        await _note_reply(tx, before, agent_id, posted.id)
        return posted

    return await db.retrying(work)


async def note(db: Database, conversation_id: UUID, agent_id: UUID, text: str, *, client_id: str) -> Row:
    """An internal note; visitors never see it.  Returns the message row."""

    async def work(tx: Tx) -> Row:
        before = await timeline.lock(tx, conversation_id)
        found = await _look(tx, conversation_id, agent_id, client_id, None)
        if found.id is not None:
            return found
        content = await checked(tx, Text(text=text), agent_id)
        posted = await timeline.post(
            tx, before, timeline.AGENT, content, agent_id=agent_id, internal=True, client_id=client_id
        )
        await _enter(tx, agent_id, "conversation.noted", conversation_id, message_id=str(posted.id))
        return posted

    return await db.retrying(work)


async def _enter(tx: Tx, agent_id: UUID, verb: str, conversation_id: UUID, **data: str) -> None:
    """Who did it, for the audit; replies name their author themselves."""
    await events.audit(tx, f"agent:{agent_id}", verb, f"conversation:{conversation_id}", **data)


async def _channel_of(tx: Tx, conversation: Row, identity_id: UUID) -> str:
    i = s.identity.c
    channel: str | None = await tx.value(
        sa.select(i.channel).where(i.id == identity_id, i.visitor_id == conversation.visitor_id)
    )
    if channel is None:
        raise NotFound("no_such_identity", field="identity_id")
    return channel


async def mark_read(db: Database, conversation_id: UUID, agent_id: UUID, position: int) -> None:
    """The agent who has the conversation has seen it up to position.

    Marks never move back, nor beyond what there is.
    """
    seen = {"id": conversation_id, "agent_id": agent_id, "position": position}
    async with db.single() as tx:
        visitor_id = await tx.value(_MARK_READ, seen)
        if visitor_id is not None:
            tx.hint(timeline.topic(visitor_id), f"agent:{agent_id}")


_MARK_READ = query(
    """
    update conversation set agent_read_position = least(:position, visitor.position)
    from visitor
    where conversation.id = :id and conversation.agent_id = :agent_id and conversation.state = 'agent'
        and visitor.id = conversation.visitor_id
        and conversation.agent_read_position < least(:position, visitor.position)
    returning conversation.visitor_id
    """,
    id=s.Uuid,
    agent_id=s.Uuid,
    position=sa.BigInteger,
)


async def checked(tx: Tx, content: Content, agent_id: UUID) -> Content:
    """What an agent may send: bounded text, and attachments that the agent uploaded."""
    if isinstance(content, Text):
        admission.check_words(content.text, "content.text")
        return content
    if isinstance(content, ATTACHMENTS):
        return await admission.attached(tx, content, s.blob.c.agent_id == agent_id)
    raise Invalid("bad_content", field="content.type")


def _must_own(conversation: Row, agent_id: UUID) -> None:
    if conversation.state != "agent" or conversation.agent_id != agent_id:
        raise Conflict("not_owner")


async def _look(tx: Tx, conversation_id: UUID, agent_id: UUID, client_id: str, seen: int | None) -> Row:
    """The message that this client_id made already (id is null without one), and whether a colleague wrote
    something after position seen (is_behind)."""
    asked = {"conversation_id": conversation_id, "agent_id": agent_id, "client_id": client_id, "seen": seen}
    return (await tx.run(_LOOK, asked)).one()


_LOOK = query(
    """
    select message.*, :seen is not null and exists (
        select 1 from message as other
        where other.conversation_id = :conversation_id and other.position > :seen
            and other.author = 'agent' and other.agent_id <> :agent_id and other.seq is not null
    ) as is_behind
    from (select 1) as always
    left join message on conversation_id = :conversation_id and author = 'agent' and agent_id = :agent_id
        and client_id = :client_id
    """,
    conversation_id=s.Uuid,
    agent_id=s.Uuid,
    client_id=sa.Text,
    seen=sa.BigInteger,
)


async def _note_reply(tx: Tx, conversation: Row, agent_id: UUID, message_id: UUID) -> None:
    service_id = await tx.value(_REPLIED, {"id": conversation.id, "now": tx.now})
    await events.record(
        tx,
        "reply.sent",
        actor="agent",
        conversation_id=conversation.id,
        visitor_id=conversation.visitor_id,
        agent_id=agent_id,
        by="agent",
        message_id=str(message_id),
        service_id=str(service_id) if service_id else None,
    )


_REPLIED = query(
    """
    with active as (update conversation set active_at = :now where id = :id)
    update service set first_reply_at = coalesce(first_reply_at, :now)
    where conversation_id = :id and ended_at is null
    returning id
    """,
    id=s.Uuid,
    now=s.Time,
)
