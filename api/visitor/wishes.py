"""What a visitor can ask for besides sending: a person, the bot, an end, a rating, to leave a message."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sanic import Blueprint, HTTPResponse, Request, Sanic

from api import context
from api.http import Body, answer, body
from api.visitor.door import Guest, guest, visitor_required
from api.visitor.sessions import Page, note_traits
from api.visitor.state import state_for
from core import conversations, timeline
from core import schema as s
from core.contacts import is_contact
from core.db import Tx
from core.errors import Invalid
from core.limits import Rate, enforce
from core.sql import query
from handoff import desk, guests
from tickets import front

bp = Blueprint("visitor_wishes")

#: Wishes that change who serves; each costs a transaction with locks.
WISHES = Rate("visitor_wishes", burst=10, per_s=0.2)
LEFT_MESSAGES = Rate("visitor_left_messages", burst=3, per_s=1 / 600)


class RatingBody(Body, kw_only=True, frozen=True):
    service_id: UUID
    score: int
    comment: str | None = None


class MarkBody(Body, kw_only=True, frozen=True):
    seq: int


class TypingBody(Body, kw_only=True, frozen=True):
    on: bool


class LeaveBody(Body, kw_only=True, frozen=True):
    text: str
    contact: str


# -- as plain functions, for the routes below and for socket frames ------------------------------------------


async def want_human(app: Sanic[Any, Any], who: Guest) -> None:
    await enforce(app.ctx.limiter, who.external_id, WISHES)
    await guests.request_human(app.ctx.db, who.visitor_id, channel=who.channel, identity_id=who.identity_id)


async def want_bot(app: Sanic[Any, Any], who: Guest) -> None:
    await enforce(app.ctx.limiter, who.external_id, WISHES)
    await guests.cancel_wait(app.ctx.db, who.visitor_id)


async def want_end(app: Sanic[Any, Any], who: Guest) -> None:
    """Close the open conversation; no effect when there is none."""
    await enforce(app.ctx.limiter, who.external_id, WISHES)
    async with app.ctx.db.begin() as tx:
        row = await conversations.find_open(tx, who.visitor_id)
    if row is not None:
        await desk.close(app.ctx.db, row.id, actor="visitor", reason="visitor")


async def rate(app: Sanic[Any, Any], who: Guest, service_id: UUID, score: int, comment: str | None) -> None:
    await enforce(app.ctx.limiter, who.external_id, WISHES)
    await guests.rate(app.ctx.db, who.visitor_id, service_id, score, comment)


async def mark(app: Sanic[Any, Any], who: Guest, *, read: int = 0, delivered: int = 0) -> None:
    """Marks only grow, and never beyond what there is."""
    marks = {"id": who.visitor_id, "read": read, "delivered": max(read, delivered)}
    async with app.ctx.db.single() as tx:
        moved = (await tx.run(_MARK, marks)).first()
        if moved is None:
            return
        tx.hint(timeline.topic(who.visitor_id))
    if moved.agent_id is not None:
        app.ctx.signals.send(
            f"agent:{moved.agent_id}",
            {
                "type": "read",
                "conversation_id": str(moved.conversation_id),
                "seq": read,
                "delivered": max(read, delivered),
            },
        )


_MARK = query(
    """
    with moved as (
        update visitor set read_seq = greatest(read_seq, least(:read, seq)),
            delivered_seq = greatest(delivered_seq, least(:delivered, seq))
        where id = :id and (read_seq < least(:read, seq) or delivered_seq < least(:delivered, seq))
        returning id
    )
    select conversation.id as conversation_id, conversation.agent_id
    from moved left join conversation on conversation.visitor_id = moved.id
        and conversation.brand_id = 'default' and conversation.kind = 'live' and conversation.state = 'agent'
    """,
    id=s.Uuid,
    read=sa.BigInteger,
    delivered=sa.BigInteger,
)


async def typing(app: Sanic[Any, Any], who: Guest, on: bool) -> None:
    """Told to whoever serves, and to nobody else."""
    async with app.ctx.db.reading() as tx:
        row = await conversations.find_open(tx, who.visitor_id)
    if row is not None and row.state == "agent":
        app.ctx.signals.send(
            f"agent:{row.agent_id}",
            {
                "type": "typing",
                "conversation_id": str(row.id),
                "author": {"kind": "visitor", "name": who.name},
                "on": on,
            },
        )


async def seen_page(app: Sanic[Any, Any], who: Guest, page: Page) -> None:
    async with app.ctx.db.begin() as tx:
        await note_traits(tx, who.visitor_id, page, None, None, None)


# -- routes --------------------------------------------------------------------------------------------------


@bp.post("/human")
@visitor_required
async def post_human(request: Request) -> HTTPResponse:
    await want_human(request.app, guest(request))
    return answer(await state_for(request, guest(request).visitor_id))


@bp.post("/bot")
@visitor_required
async def post_bot(request: Request) -> HTTPResponse:
    await want_bot(request.app, guest(request))
    return answer(await state_for(request, guest(request).visitor_id))


@bp.post("/close")
@visitor_required
async def post_close(request: Request) -> HTTPResponse:
    await want_end(request.app, guest(request))
    return answer(await state_for(request, guest(request).visitor_id))


@bp.post("/rating")
@visitor_required(body=RatingBody)
async def post_rating(request: Request) -> HTTPResponse:
    asked = body(request, RatingBody)
    await rate(request.app, guest(request), asked.service_id, asked.score, asked.comment)
    return answer(await state_for(request, guest(request).visitor_id))


@bp.post("/typing")
@visitor_required(body=TypingBody)
async def post_typing(request: Request) -> HTTPResponse:
    await typing(request.app, guest(request), body(request, TypingBody).on)
    return answer({})


@bp.post("/read")
@visitor_required(body=MarkBody)
async def post_read(request: Request) -> HTTPResponse:
    await mark(request.app, guest(request), read=body(request, MarkBody).seq)
    return answer({})


@bp.post("/delivered")
@visitor_required(body=MarkBody)
async def post_delivered(request: Request) -> HTTPResponse:
    await mark(request.app, guest(request), delivered=body(request, MarkBody).seq)
    return answer({})


@bp.post("/page")
@visitor_required(body=Page)
async def post_page(request: Request) -> HTTPResponse:
    await seen_page(request.app, guest(request), body(request, Page))
    return answer({})


@bp.post("/leave-message")
@visitor_required(body=LeaveBody)
async def post_left_message(request: Request) -> HTTPResponse:
    """Nobody is on duty: what the visitor leaves becomes a ticket, and the waiting ends."""
    asked, who = body(request, LeaveBody), guest(request)
    if not asked.text.strip() or len(asked.text) > 4000:
        raise Invalid("empty_text" if not asked.text.strip() else "text_too_long", field="text")
    if not asked.contact.strip() or len(asked.contact) > 200:
        raise Invalid("required" if not asked.contact.strip() else "text_too_long", field="contact")
    if not is_contact(asked.contact):
        raise Invalid("bad_contact", field="contact")
    await enforce(context.limiter(request), who.external_id, LEFT_MESSAGES)

    async def work(tx: Tx) -> dict[str, Any]:
        row = await conversations.find_or_open(
            tx, who.visitor_id, channel=who.channel, identity_id=who.identity_id
        )
        return await front.open_from_visitor(tx, row, text=asked.text.strip(), contact=asked.contact.strip())

    given = await context.db(request).retrying(work)
    await guests.cancel_wait(context.db(request), who.visitor_id)
    return answer({"number": given["number"]})
