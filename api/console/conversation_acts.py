"""What people of the house do with conversations.  Whose it is the desk checks again, under lock."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sanic import Blueprint, HTTPResponse, Request

from api import access, context, typing_signs, views
from api.compact import compact
from api.console.conversations import SERVING, lens_of
from api.console.trail import PREFIX
from api.guards import actor, agent_required
from api.http import Body, body
from api.views.shapes import Message, Summary
from core.db import Row
from core.errors import Conflict, Invalid, Rejected
from core.ids import parse_id
from core.messages import Content, parse_content
from handoff import desk

blueprint = Blueprint("console_conversation_acts", url_prefix=PREFIX)

LONGEST_CLIENT_ID = 64


class Reply(Body, kw_only=True, frozen=True):
    client_id: str
    content: dict[str, Any]
    seen: int | None = None


class Note(Body, kw_only=True, frozen=True):
    client_id: str
    text: str


class Transfer(Body, kw_only=True, frozen=True):
    agent_id: UUID | None = None
    group_id: UUID | None = None
    note: str | None = None


class Close(Body, kw_only=True, frozen=True):
    reason: Literal["solved", "no_answer", "spam", "other"] = "solved"


class Typing(Body, kw_only=True, frozen=True):
    on: bool


class Read(Body, kw_only=True, frozen=True):
    position: int


@blueprint.post("/conversations/<conversation_id:str>/messages")
@agent_required(*SERVING, body=Reply, answer=Message)
async def reply(request: Request, conversation_id: str) -> HTTPResponse:
    """Say something to the visitor.  409 not_owner or behind; a repeated client_id gets the first answer."""
    given, me = body(request, Reply), actor(request)
    key, content = _client_id(given.client_id), _content(given.content)
    try:
        message = await desk.reply(
            context.db(request), parse_id(conversation_id), me.id, content, client_id=key, seen=given.seen
        )
    except Rejected:
        # Whoever has it may see it; who is refused may perhaps not even know that it is there.  Who served
        # it once may ask again about a reply whose answer was lost on the way.
        await _find(request, conversation_id, also=access.served_by(me.id))
        raise
    return await _show_message(request, message)


@blueprint.post("/conversations/<conversation_id:str>/notes")
@agent_required(*SERVING, body=Note, answer=Message)
async def note(request: Request, conversation_id: str) -> HTTPResponse:
    """A note for colleagues; visitors never see it."""
    given, me = body(request, Note), actor(request)
    key = _client_id(given.client_id)
    row = await _find(request, conversation_id, also=access.served_by(me.id))
    message = await desk.note(context.db(request), row.id, me.id, given.text, client_id=key)
    return await _show_message(request, message)


@blueprint.post("/conversations/<conversation_id:str>/accept")
@agent_required(*SERVING, answer=Summary)
async def accept(request: Request, conversation_id: str) -> HTTPResponse:
    """Take it from the line; who leads may also take it from the bot.  409 taken, 409 no_capacity."""
    me = actor(request)
    # It stood in the line, so who was slower learns that it is taken, not that it never existed.
    row = await _find(request, conversation_id, also=access.was_queued())
    if row.state == "bot" and me.role not in access.LEADING:
        raise Conflict("wrong_state")
    return await _show(request, await desk.accept(context.db(request), row.id, me.id))


@blueprint.post("/conversations/<conversation_id:str>/takeover")
@agent_required(*access.LEADING, answer=Summary)
async def take_over(request: Request, conversation_id: str) -> HTTPResponse:
    """Take it from whoever has it, a colleague included."""
    row = await _find(request, conversation_id)
    return await _show(request, await desk.takeover(context.db(request), row.id, actor(request).id))


@blueprint.post("/conversations/<conversation_id:str>/transfer")
@agent_required(*SERVING, body=Transfer, answer=Summary)
async def transfer(request: Request, conversation_id: str) -> HTTPResponse:
    """Pass it on to a colleague or to a group's line.  409 not_owner, 409 no_capacity."""
    given, me = body(request, Transfer), actor(request)
    row = await _find(request, conversation_id)
    moved = await desk.transfer(
        context.db(request),
        row.id,
        by=me.id,
        to_agent=given.agent_id,
        to_group=given.group_id,
        note=given.note,
    )
    return await _show(request, moved)


@blueprint.post("/conversations/<conversation_id:str>/close")
@agent_required(*SERVING, body=Close, answer=Summary)
async def close(request: Request, conversation_id: str) -> HTTPResponse:
    """End it: one's own; who leads may also end what nobody serves."""
    given, me = body(request, Close), actor(request)
    row = await _find(request, conversation_id)
    if row.state in ("bot", "waiting") and not access.may(me, row).close:
        raise Conflict("not_owner")
    closed = await desk.close(context.db(request), row.id, actor="agent", by=me.id, reason=given.reason)
    return await _show(request, closed)


@blueprint.post("/conversations/<conversation_id:str>/return-to-bot")
@agent_required(*SERVING, answer=Summary)
async def return_to_bot(request: Request, conversation_id: str) -> HTTPResponse:
    row = await _find(request, conversation_id)
    return await _show(request, await desk.return_to_bot(context.db(request), row.id, by=actor(request).id))


@blueprint.post("/conversations/<conversation_id:str>/typing")
@agent_required(*SERVING, body=Typing)
async def show_typing(request: Request, conversation_id: str) -> HTTPResponse:
    given = body(request, Typing)
    row = await _find(request, conversation_id)
    typing_signs.tell(request.app.ctx.signals, row, actor(request), given.on)
    return compact(request, {})


@blueprint.post("/conversations/<conversation_id:str>/read")
@agent_required(*SERVING, body=Read)
async def mark_read(request: Request, conversation_id: str) -> HTTPResponse:
    """Seen up to a position.  Counts for who serves; of others it is no news."""
    given = body(request, Read)
    row = await _find(request, conversation_id)
    await desk.mark_read(context.db(request), row.id, actor(request).id, given.position)
    return compact(request, {})


async def _find(request: Request, conversation_id: str, *, also: sa.ColumnElement[bool] | None = None) -> Row:
    async with context.db(request).reading() as tx:
        return await access.conversation(tx, actor(request), parse_id(conversation_id), also=also)


async def _show(request: Request, row: Row) -> HTTPResponse:
    async with context.db(request).reading() as tx:
        shown = await views.summaries(tx, {row.id}, lens_of(request), access.visible(actor(request)))
    return compact(request, shown[row.id])


async def _show_message(request: Request, row: Row) -> HTTPResponse:
    async with context.db(request).reading() as tx:
        (shown,) = await views.console_messages(tx, [row], lens_of(request))
    return compact(request, shown)


def _client_id(raw: str) -> str:
    if not raw or len(raw) > LONGEST_CLIENT_ID or not raw.isprintable():
        raise Invalid("bad_client_id", field="client_id")
    return raw


def _content(raw: dict[str, Any]) -> Content:
    try:
        return parse_content(raw)
    except msgspec.ValidationError as err:
        raise Invalid("bad_content", field="content", detail=str(err)) from None
