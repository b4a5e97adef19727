"""Where a visitor stands right now: State of docs/reference/visitor-protocol.md."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sanic import Request, Sanic

from api import views
from core import schema as s
from core.db import Tx
from handoff import guests, queue
from handoff.presence import on_duty


async def state_of(app: Sanic[Any, Any], tx: Tx, visitor_id: UUID) -> dict[str, Any]:
    """The whole state, derived afresh."""
    c = s.conversation.c
    conversation = await tx.one(
        sa.select(s.conversation).where(c.visitor_id == visitor_id).order_by(c.opened_at.desc()).limit(1)
    )
    rated = await guests.rateable(tx, visitor_id)
    bot = app.ctx.bot_status()
    return {
        "conversation": {"id": str(conversation.id), "state": conversation.state} if conversation else None,
        "queue": await _queue(tx, conversation),
        "agent": await _agent(app, tx, conversation),
        "bot": {
            "ready": bot["stage"] == "ready",
            "detail": None if bot["stage"] == "ready" else bot["stage"],
        },
        "on_duty": await on_duty(tx),
        "rating": await _rating(app, tx, rated),
        **await _marks(tx, visitor_id, conversation),
    }


async def state_for(request: Request, visitor_id: UUID) -> dict[str, Any]:
    async with request.app.ctx.db.reading() as tx:
        return await state_of(request.app, tx, visitor_id)


async def _queue(tx: Tx, conversation: sa.Row[Any] | None) -> dict[str, Any] | None:
    if conversation is None or conversation.state != "waiting":
        return None
    position = await queue.place(tx, conversation.id)
    if position is None:
        return None
    wait = await queue.wait_range(tx, position)
    return {"position": position, "wait_s": list(wait) if wait else None}


async def _agent(app: Sanic[Any, Any], tx: Tx, conversation: sa.Row[Any] | None) -> dict[str, Any] | None:
    if conversation is None or conversation.state != "agent":
        return None
    return await views.public_agent(app, tx, conversation.agent_id)


async def _rating(app: Sanic[Any, Any], tx: Tx, rated: sa.Row[Any] | None) -> dict[str, Any] | None:
    if rated is None:
        return None
    agent = await views.public_agent(app, tx, rated.agent_id)
    return {"service_id": str(rated.id), "agent": agent, "score": rated.score}


async def _marks(tx: Tx, visitor_id: UUID, conversation: sa.Row[Any] | None) -> dict[str, Any]:
    m = s.message.c
    mine = m.visitor_id == visitor_id
    read_seq = sa.select(s.visitor.c.read_seq).where(s.visitor.c.id == visitor_id).scalar_subquery()
    unread = sa.select(sa.func.count()).where(mine, m.seq > read_seq, m.author.in_(["bot", "agent"]))
    seen = sa.select(sa.func.max(m.seq)).where(
        mine, m.position <= (conversation.agent_read_position if conversation else 0)
    )
    return {"unread": await tx.value(unread), "read_by_agent_seq": await tx.value(seen) or 0}
