"""Where a visitor stands right now: State of docs/reference/visitor-protocol.md."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sanic import Request, Sanic
from sqlalchemy.sql.selectable import LateralFromClause

from api import views
from core import schema as s
from core.db import Row, Tx
from core.errors import NotFound
from handoff import guests, queue
from handoff.presence import available
from tickets.schema import ticket

_c, _m, _v, _a, _t = s.conversation.c, s.message.c, s.visitor.c, s.agent.c, ticket.c


async def state_of(app: Sanic[Any, Any], tx: Tx, visitor_id: UUID) -> dict[str, Any]:
    """The whole state, derived afresh."""
    return await state_from(app, tx, await look(tx, visitor_id))


async def state_for(request: Request, visitor_id: UUID) -> dict[str, Any]:
    async with request.app.ctx.db.reading() as tx:
        return await state_of(request.app, tx, visitor_id)


async def look(tx: Tx, visitor_id: UUID) -> Row:
    """What the state is made of, and of the visitor seq and merged_into.  NotFound for nobody.

    It is asked for at every change of every visitor, so it is one query, and a constant.
    """
    values = {"visitor_id": visitor_id, "now": tx.now, "rateable_after": tx.now - guests.RATE_WITHIN}
    row = (await tx.run(_LOOK, values)).first()
    if row is None:
        raise NotFound()
    return row


async def state_from(app: Sanic[Any, Any], tx: Tx, now: Row) -> dict[str, Any]:
    """The state out of a look."""
    bot = app.ctx.bot_status()
    return {
        "conversation": {"id": str(now.id), "state": now.state} if now.id else None,
        "queue": await _queue(tx, now.id) if now.state == "waiting" else None,
        "agent": views.public_face(app, now.agent_name, now.avatar_blob_id) if now.agent_name else None,
        "bot": {
            "ready": bot["stage"] == "ready",
            "detail": None if bot["stage"] == "ready" else bot["stage"],
        },
        "on_duty": now.on_duty,
        "rating": _rating(app, now),
        "unread": now.unread,
        "tickets": now.tickets,
        "read_by_agent_seq": now.seen or 0,
    }


async def _queue(tx: Tx, conversation_id: UUID) -> dict[str, Any] | None:
    position = await queue.place(tx, conversation_id)
    if position is None:
        return None
    wait = await queue.wait_range(tx, position)
    return {"position": position, "wait_s": list(wait) if wait else None}


def _rating(app: Sanic[Any, Any], now: Row) -> dict[str, Any] | None:
    if now.service_id is None:
        return None
    agent = views.public_face(app, now.rated_name, now.rated_avatar)
    return {"service_id": str(now.service_id), "agent": agent, "score": now.score}


# -- the query -----------------------------------------------------------------------------------------------


def _last() -> LateralFromClause:
    return (
        sa.select(_c.id, _c.state, _c.agent_id, _c.agent_read_position)
        .where(_c.visitor_id == _v.id)
        .order_by(_c.opened_at.desc())
        .limit(1)
        .lateral("last")
    )


def _unread_kinds() -> sa.ColumnElement[bool]:
    """What the visitor should notice: words of the bot and of people, and news of a ticket.

    The widget counts the same (countsAsUnread in web/shared/src/view.ts).
    """
    is_news = sa.and_(_m.author == "system", _m.content["name"].astext == "ticket_updated")
    return sa.or_(_m.author == "bot", _m.author == "agent", is_news)  # "in" is spelled out at each run


def _tickets() -> sa.ScalarSelect[Any]:
    """Tickets of the visitor on which news may still come."""
    return (
        sa.select(sa.func.count())
        .where(_t.visitor_id == _v.id, _t.state != "resolved", _t.state != "closed")
        .correlate(s.visitor)
        .scalar_subquery()
    )


def _unread() -> sa.ScalarSelect[Any]:
    return (
        sa.select(sa.func.count())
        .where(_m.visitor_id == _v.id, _m.seq > _v.read_seq)
        .where(_unread_kinds())
        .correlate(s.visitor)
        .scalar_subquery()
    )


def _seen(last: LateralFromClause) -> sa.ScalarSelect[Any]:
    """The highest seq up to where the agent has read: numbers rise together, so it is the nearest one."""
    return (
        sa.select(_m.seq)
        .where(
            _m.visitor_id == _v.id,
            _m.position <= sa.func.coalesce(last.c.agent_read_position, 0),
            _m.seq.is_not(None),
        )
        .order_by(_m.position.desc())
        .limit(1)
        .correlate(s.visitor, last)
        .scalar_subquery()
    )


def _query() -> sa.Select[Any]:
    last = _last()
    segment, agent = guests.last_segment(last.c.id), s.agent.alias("rated_agent")
    rateable_after = cast(datetime, sa.bindparam("rateable_after", type_=s.Time))
    is_due = guests.is_due(last.c.state, segment, rateable_after)
    serves = sa.and_(_a.id == last.c.agent_id, last.c.state == "agent")
    now = cast(datetime, sa.bindparam("now", type_=s.Time))
    return (
        sa.select(
            _v.seq,
            _v.merged_into,
            last.c.id,
            last.c.state,
            _a.name.label("agent_name"),
            _a.avatar_blob_id,
            sa.exists().where(available(now)).correlate(None).label("on_duty"),
            segment.c.id.label("service_id"),
            segment.c.score,
            agent.c.name.label("rated_name"),
            agent.c.avatar_blob_id.label("rated_avatar"),
            _unread().label("unread"),
            _tickets().label("tickets"),
            _seen(last).label("seen"),
        )
        .select_from(s.visitor)
        .outerjoin(last, sa.true())
        .outerjoin(s.agent, serves)
        .outerjoin(segment, is_due)
        .outerjoin(agent, agent.c.id == segment.c.agent_id)
        .where(_v.id == sa.bindparam("visitor_id"))
    )


_LOOK = _query()
