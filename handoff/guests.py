"""What visitors do about people: ask for one, give up waiting, rate the service."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from core import conversations, events, visitors
from core import schema as s
from core.db import Database, Row, Tx
from core.errors import Conflict, Invalid, NotFound
from core.lifecycle import Move
from core.messages import is_storable
from handoff import queue
from handoff.presence import on_duty
from handoff.schema import service

#: A rating may be given, and changed, this long after the service ended.
RATE_WITHIN = timedelta(hours=24)


async def request_human(db: Database, visitor_id: UUID, *, channel: str, identity_id: UUID) -> None:
    """Queue the visitor's conversation (opened if need be); no effect when already waiting or served.

    With nobody on duty the visitor is told so and stays with the bot: the way out is leaving a message.
    """

    async def work(tx: Tx) -> None:
        row = await conversations.find_or_open(tx, visitor_id, channel=channel, identity_id=identity_id)
        if row.state != "bot":
            return
        if await on_duty(tx):
            await queue.enqueue(tx, row, reason="asked", actor="visitor")
        else:
            await conversations.tell(tx, row, "nobody_on_duty")

    await db.retrying(work)


async def cancel_wait(db: Database, visitor_id: UUID) -> None:
    """Out of the line and back to the bot; no effect when not waiting."""

    async def work(tx: Tx) -> None:
        visitor = await visitors.lock(tx, visitor_id)
        row = await conversations.find_open(tx, visitor.id)
        if row is None or row.state != "waiting":
            return
        await queue.abandon(tx, row, "cancelled")
        moved = await conversations.move(tx, row, Move.CANCEL_WAIT, actor="visitor")
        await conversations.tell(tx, moved, "returned_to_bot")

    await db.retrying(work)


async def rateable(tx: Tx, visitor_id: UUID) -> Row | None:
    """The last ended service that may still be rated (or whose rating may be changed)."""
    c = service.c
    return await tx.one(
        sa.select(service)
        .where(c.visitor_id == visitor_id, c.ended_at > tx.now - RATE_WITHIN, c.first_reply_at.is_not(None))
        .order_by(c.ended_at.desc())
        .limit(1)
    )


async def rate(db: Database, visitor_id: UUID, service_id: UUID, score: int, comment: str | None) -> None:
    """Rate one service segment, 1 (bad) to 5 (good)."""
    if not 1 <= score <= 5:
        raise Invalid("bad_score", field="score")
    if comment is not None and len(comment) > 1000:
        raise Invalid("text_too_long", field="comment")
    if comment is not None and not is_storable(comment):
        raise Invalid("bad_text", field="comment")

    async def work(tx: Tx) -> None:
        visitor = await visitors.lock(tx, visitor_id)
        c = service.c
        row = await tx.one(
            sa.select(service)
            .where(c.id == service_id, c.visitor_id == visitor.id)
            .with_for_update(key_share=True)
        )
        if row is None:
            raise NotFound("no_such_service")
        if row.ended_at is None or row.ended_at < tx.now - RATE_WITHIN:
            raise Conflict("not_rateable")
        await tx.run(
            service.update().where(c.id == service_id).values(score=score, comment=comment, rated_at=tx.now)
        )
        await _tell_rated(tx, row, score)

    await db.retrying(work)


async def _tell_rated(tx: Tx, rated: Row, score: int) -> None:
    conversation = await tx.one(sa.select(s.conversation).where(s.conversation.c.id == rated.conversation_id))
    assert conversation is not None
    await events.record(
        tx,
        "service.rated",
        actor="visitor",
        conversation_id=rated.conversation_id,
        visitor_id=rated.visitor_id,
        agent_id=rated.agent_id,
        service_id=str(rated.id),
        score=score,
        again=rated.score is not None,
    )
    if rated.score is None:
        await conversations.tell(tx, conversation, "rated", score=score)
    # What is over is no longer in anybody's stream: who is rated learns it all the same.
    await conversations.inform(tx, rated.agent_id, "conversation", conversation)
    tx.hint("board", f"agent:{rated.agent_id}")
