"""Sending and reading over HTTP, long polling included, and uploads."""

from __future__ import annotations

import re
import time
from typing import Any
from uuid import UUID

import msgspec
from sanic import Blueprint, HTTPResponse, Request

from api import context, files, views
from api.http import Body, answer, body, query_int
from api.visitor.door import Guest, guest, visitor_required
from api.visitor.state import state_of
from core import inbox, timeline
from core.errors import Invalid
from core.limits import Rate, enforce
from core.messages import Content, Inbound, parse_content

bp = Blueprint("visitor_messages")

#: Messages of one visitor, on any way.
MESSAGES = Rate("visitor_messages", burst=30, per_s=1)
_CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class SendBody(Body, kw_only=True, frozen=True):
    client_id: str
    content: dict[str, Any]


async def send(
    app: Any, who: Guest, client_id: str, raw: dict[str, Any], language: str | None
) -> inbox.Accepted:
    """Accept one message; returns after the commit."""
    if not _CLIENT_ID.fullmatch(client_id):
        raise Invalid("bad_client_id", field="client_id")
    await enforce(app.ctx.limiter, who.external_id, MESSAGES)
    inbound = Inbound(
        channel=who.channel,
        sender=who.external_id,
        dedupe_key=client_id,
        content=_content(raw),
        sent_at=app.ctx.db.clock.now(),
        language=language,
    )
    return await inbox.accept(app.ctx.db, inbound)


def _content(raw: dict[str, Any]) -> Content:
    try:
        return parse_content(raw)
    except msgspec.ValidationError as err:
        raise Invalid("bad_content", field="content", detail=str(err)) from None


@bp.post("/messages")
@visitor_required(body=SendBody)
async def post_message(request: Request) -> HTTPResponse:
    asked, who = body(request, SendBody), guest(request)
    done = await send(request.app, who, asked.client_id, asked.content, who.language)
    return answer({"id": done.message_id, "seq": done.seq, "created_at": done.created_at})


@bp.get("/messages")
@visitor_required
async def list_messages(request: Request) -> HTTPResponse:
    limit = query_int(request, "limit", 50, 1, 100)
    before = query_int(request, "before", 2**53, 1, 2**53)
    after = query_int(request, "after", 0, 0, 2**53)
    who = guest(request)
    async with context.db(request).reading() as tx:
        rows = await timeline.page(
            tx, who.visitor_id, after=after, before=None if after else before, limit=limit + 1
        )
        has_more = len(rows) > limit
        rows = (rows[:limit] if after else rows[1:]) if has_more else rows
        shown = await views.visitor_messages(request.app, tx, rows)
    return answer({"messages": shown, "has_more": has_more})


@bp.get("/events")
@visitor_required
async def poll(request: Request) -> HTTPResponse:
    """Long poll: messages after a number and the state; at once when there is something, else within wait."""
    after = query_int(request, "after", 0, 0, 2**53)
    ends = time.monotonic() + query_int(request, "wait", 25, 0, 50)
    who = guest(request)
    topics = (timeline.topic(who.visitor_id), "presence", "bot")
    with context.db(request).hints.watch(*topics) as watch:
        while True:
            messages, state = await _frames(request, who.visitor_id, after)
            left = ends - time.monotonic()
            if messages or left <= 0 or request.app.ctx.hub.is_draining:
                break
            if topics[0] in await watch.wait(min(left, 5.0)):
                messages, state = await _frames(request, who.visitor_id, after)
                break
    frames = [{"type": "message", "message": m} for m in messages] + [{"type": "state", "state": state}]
    return answer({"frames": frames, "cursor": messages[-1]["seq"] if messages else after})


async def _frames(
    request: Request, visitor_id: UUID, after: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    async with context.db(request).reading() as tx:
        rows = await timeline.page(tx, visitor_id, after=after, limit=200)
        return await views.visitor_messages(request.app, tx, rows), await state_of(
            request.app, tx, visitor_id
        )


@bp.post("/uploads")
@visitor_required
async def upload(request: Request) -> HTTPResponse:
    return answer(await files.receive(request, visitor_id=guest(request).visitor_id))
