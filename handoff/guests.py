"""What visitors do about people: ask for one, give up waiting, rate the service."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause
from sqlalchemy.sql.selectable import LateralFromClause

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
#: Ends of a segment after which somebody else went on: whoever ends the service is asked about, not these.
PASSED_ON = ("transfer", "agent_lost", "takeover")


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
    """The service that the visitor may be asked about now (or whose rating may be changed)."""
    c = s.conversation.c
    last = (
        sa.select(c.id, c.state)
        .where(c.visitor_id == visitor_id)
        .order_by(c.opened_at.desc())
        .limit(1)
        .subquery("last")
    )
    segment = last_segment(last.c.id)
    return await tx.one(
        sa.select(segment)
        .select_from(last)
        .join(segment, sa.true())
        .where(is_due(last.c.state, segment, tx.now - RATE_WITHIN))
    )


def last_segment(conversation_id: ColumnElement[UUID]) -> LateralFromClause:
    """The conversation's last service, running or ended."""
    c = service.c
    return (
        sa.select(service)
        .where(c.conversation_id == conversation_id)
        .order_by(c.started_at.desc(), c.id.desc())
        .limit(1)
        .lateral("segment")
    )


def is_due(
    state: ColumnElement[str], segment: FromClause, after: datetime | ColumnElement[datetime]
) -> ColumnElement[bool]:
    """Whether the visitor is asked about the last service of his last conversation, which is in state.

    Only once people are done with it: it is closed, or back with the bot.  A service in which the agent
    said nothing, and one that somebody else went on with, is not asked about.
    """
    c = segment.c
    return sa.and_(
        sa.or_(state == "closed", state == "bot"),
        c.ended_at > after,
        c.first_reply_at.is_not(None),
        *(c.end_reason != reason for reason in PASSED_ON),
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
