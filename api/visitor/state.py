"""Where a visitor stands right now: State of docs/reference/visitor-protocol.md."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sanic import Request, Sanic

from api import views
from core import schema as s
from core.db import Row, Tx
from handoff import guests, queue
from handoff.presence import available


async def state_of(app: Sanic[Any, Any], tx: Tx, visitor_id: UUID) -> dict[str, Any]:
    """The whole state, derived afresh."""
    now = (await tx.run(_snapshot(tx, visitor_id))).one()
    rated = await guests.rateable(tx, visitor_id)
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
        "rating": await _rating(app, tx, rated),
        "unread": now.unread,
        "read_by_agent_seq": now.seen or 0,
    }


def _snapshot(tx: Tx, visitor_id: UUID) -> sa.Select[Any]:
    """One row, whatever there is: it is asked for at every change of every visitor, so it is one query."""
    c, a, m, v = s.conversation.c, s.agent.c, s.message.c, s.visitor.c
    one = sa.select(sa.literal(1).label("one")).subquery()
    last = (
        sa.select(c.id, c.state, c.agent_id, c.agent_read_position)
        .where(c.visitor_id == visitor_id)
        .order_by(c.opened_at.desc())
        .limit(1)
        .subquery()
    )
    read = sa.select(v.read_seq).where(v.id == visitor_id).scalar_subquery()
    unread = sa.select(sa.func.count()).where(
        m.visitor_id == visitor_id, m.seq > read, m.author.in_(["bot", "agent"])
    )
    seen = (
        sa.select(sa.func.max(m.seq))
        .where(m.visitor_id == visitor_id, m.position <= sa.func.coalesce(last.c.agent_read_position, 0))
        .correlate(last)
    )
    serves = sa.and_(a.id == last.c.agent_id, last.c.state == "agent")
    return sa.select(
        last.c.id,
        last.c.state,
        a.name.label("agent_name"),
        a.avatar_blob_id,
        sa.exists().where(available(tx.now)).label("on_duty"),
        unread.scalar_subquery().label("unread"),
        seen.scalar_subquery().label("seen"),
    ).select_from(one.outerjoin(last, sa.true()).outerjoin(s.agent, serves))


async def state_for(request: Request, visitor_id: UUID) -> dict[str, Any]:
    async with request.app.ctx.db.reading() as tx:
        return await state_of(request.app, tx, visitor_id)


async def _queue(tx: Tx, conversation_id: UUID) -> dict[str, Any] | None:
    position = await queue.place(tx, conversation_id)
    if position is None:
        return None
    wait = await queue.wait_range(tx, position)
    return {"position": position, "wait_s": list(wait) if wait else None}


async def _rating(app: Sanic[Any, Any], tx: Tx, rated: Row | None) -> dict[str, Any] | None:
    if rated is None:
        return None
    agent = await views.public_agent(app, tx, rated.agent_id)
    return {"service_id": str(rated.id), "agent": agent, "score": rated.score}
