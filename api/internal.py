"""What actions may ask of the service (docs/reference/internal-api.md): loopback or a private network only.

Each side effect is keyed by (turn, action, ordinal) and fenced: an attempt that was given up meanwhile
gets 409 and changes nothing, a repeated one gets the first answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.guards import same
from api.http import Body, answer, body, declare, query_text
from core import schema as s
from core import timeline
from core.db import Row, Tx
from core.errors import BadSignature, NotFound
from core.ids import parse_id
from dialogue.turns import check_fence
from handoff import queue
from handoff.presence import on_duty
from tickets import front

bp = Blueprint("internal", url_prefix="/internal/v1")


class Effect(Body, kw_only=True, frozen=True):
    conversation_id: UUID
    turn_id: UUID
    fence: int
    action: str
    ordinal: int = 0


class HandoffBody(Effect, kw_only=True, frozen=True):
    reason: str
    note: str | None = None
    group: str | None = None


class TicketBody(Effect, kw_only=True, frozen=True):
    type: str
    title: str
    description: str
    fields: dict[str, str] = msgspec.field(default_factory=dict)
    contact: str | None = None


@bp.on_request
async def only_actions(request: Request) -> None:
    expected = context.settings(request).internal_token.reveal()
    if not same(request.headers.get("x-keting-token", ""), expected):
        raise BadSignature()


async def once(
    request: Request, effect: Effect, kind: str, work: Callable[[Tx, Row], Awaitable[dict[str, Any]]]
) -> HTTPResponse:
    """Run work once for the effect's key, under its fence; later calls get the first answer."""

    async def fenced(tx: Tx) -> dict[str, Any]:
        conversation = await timeline.lock(tx, effect.conversation_id)
        await check_fence(tx, effect.conversation_id, effect.turn_id, effect.fence)
        e = s.turn_effect.c
        earlier: dict[str, Any] | None = await tx.value(
            sa.select(e.answer).where(
                e.turn_id == effect.turn_id, e.action == effect.action, e.ordinal == effect.ordinal
            )
        )
        if earlier is not None:
            return earlier
        given = await work(tx, conversation)
        await tx.run(
            s.turn_effect.insert().values(
                turn_id=effect.turn_id,
                action=effect.action,
                ordinal=effect.ordinal,
                kind=kind if given.get("queued", True) else f"{kind}_refused",
                request=_request(effect),
                answer=given,
                at=tx.now,
            )
        )
        return given

    return answer(await context.db(request).retrying(fenced))


def _request(effect: Effect) -> dict[str, Any]:
    keys = set(effect.__struct_fields__) - set(Effect.__struct_fields__)
    return {key: getattr(effect, key) for key in sorted(keys)}


@bp.post("/handoff")
@declare("internal", body=HandoffBody)
async def handoff(request: Request) -> HTTPResponse:
    """Ask for a person.  Takes effect when the turn commits; not at all while nobody is on duty."""

    async def work(tx: Tx, conversation: Row) -> dict[str, Any]:
        duty = await on_duty(tx)
        waiting = await queue.waiting(tx)
        return {"queued": duty, "position": waiting + 1 if duty else None, "on_duty": duty}

    return await once(request, body(request, HandoffBody), "handoff", work)


@bp.post("/tickets")
@declare("internal", body=TicketBody)
async def open_ticket(request: Request) -> HTTPResponse:
    asked = body(request, TicketBody)

    async def work(tx: Tx, conversation: Row) -> dict[str, Any]:
        return await front.open_from_bot(
            tx,
            conversation,
            type=asked.type,
            title=asked.title,
            description=asked.description,
            fields=asked.fields,
            contact=asked.contact,
        )

    return await once(request, asked, "ticket", work)


@bp.get("/tickets/<number>", unquote=True)
@declare("internal")
async def show_ticket(request: Request, number: str) -> HTTPResponse:
    conversation_id = parse_id(query_text(request, "conversation_id"), "conversation_id")
    async with context.db(request).begin() as tx:
        visitor_id = await tx.value(
            sa.select(s.conversation.c.visitor_id).where(s.conversation.c.id == conversation_id)
        )
        if visitor_id is None:
            raise NotFound()
        return answer(await front.show_to_bot(tx, number, visitor_id))


@bp.get("/business")
@declare("internal")
async def business(request: Request) -> HTTPResponse:
    async with context.db(request).begin() as tx:
        duty = await on_duty(tx)
    return answer({**await request.app.ctx.business(), "on_duty": duty})
