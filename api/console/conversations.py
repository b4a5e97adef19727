"""Conversations as people of the house read them: lists, one in full, and its messages."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import Struct
from sanic import Blueprint, HTTPResponse, Request

from api import access, context, views
from api.compact import compact
from api.console.trail import PREFIX, dump_cursor, load_cursor
from api.guards import actor, agent_required
from api.http import language_of, query_int, query_text
from api.views import summary_rows as rows_of
from api.views.shapes import ConversationPage, Counts, May, MessagePage, Packet, Service, Summary, Visitor
from api.views.tickets import TicketSummary, tickets_of
from core import schema as s
from core.agents import Agent
from core.db import Tx
from core.errors import Invalid
from core.ids import parse_id
from tickets.schema import ticket

blueprint = Blueprint("console_conversations", url_prefix=PREFIX)

#: Who talks to visitors, and who may also read what a ticket came out of.
SERVING = ("agent", "supervisor", "admin")
READERS = (*SERVING, "staff")
#: A search looks through this many conversations of the view, newest first.
SEARCHED = 5000

_c, _m = s.conversation.c, s.message.c


class Detail(Struct, frozen=True):
    conversation: Summary
    visitor: Visitor
    packet: Packet | None
    services: list[Service]
    tickets: list[TicketSummary]
    may: May


def lens_of(request: Request) -> views.Lens:
    return views.Lens.of(request.app, language_of(request))


@blueprint.get("/conversations")
@agent_required(*SERVING, answer=ConversationPage)
async def list_conversations(request: Request) -> HTTPResponse:
    """One page of a view, the most recently active first."""
    me, limit = actor(request), query_int(request, "limit", 50, 1, 100)
    wanted = _view(me, query_text(request, "view", "mine")) & access.visible(me)
    if channel := query_text(request, "channel"):
        wanted &= _c.channel == channel
    if words := query_text(request, "q").strip():
        wanted &= _matching(words, wanted)
    if after := load_cursor(query_text(request, "cursor")):
        wanted &= sa.tuple_(_c.active_at, _c.id) < sa.tuple_(*map(sa.literal, after))
    newest = (_c.active_at.desc(), _c.id.desc())
    # Chosen first, joined then: the joins of a page cost the same however many rows there are.
    page = sa.select(_c.id).where(wanted).order_by(*newest).limit(limit + 1)
    async with context.db(request).begin() as tx:
        rows = await tx.all(rows_of.query().where(_c.id.in_(page.correlate(None))).order_by(*newest))
        counts = await _counts(tx, me)
    lens = lens_of(request)
    more = dump_cursor(rows[limit - 1].active_at, rows[limit - 1].id) if len(rows) > limit else None
    items = [rows_of.summary(row, lens) for row in rows[:limit]]
    return compact(request, ConversationPage(items, more, counts))


def _view(me: Agent, name: str) -> sa.ColumnElement[bool]:
    match name:
        case "mine":
            return sa.and_(_c.state == "agent", _c.agent_id == me.id)
        case "queue":
            return _c.state == "waiting"
        case "all":
            return _c.state.in_(["bot", "waiting", "agent"])
        case "closed":
            return _c.state == "closed"
    raise Invalid("bad_choice", field="view")


def _matching(words: str, among: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The visitor's name as it is shown, a ticket's number, or something that was said contains the words."""
    recent = sa.select(_c.id).where(among).order_by(_c.active_at.desc()).limit(SEARCHED)
    said = sa.exists().where(
        _m.conversation_id == _c.id, _m.content["text"].astext.icontains(words, autoescape=True)
    )
    v = s.visitor.c
    names = [v.name.icontains(words, autoescape=True)]
    if (tail := _tail_of(words)) is not None:
        unnamed = sa.func.coalesce(v.name, "") == ""
        names.append(sa.and_(unnamed, sa.func.right(sa.cast(v.id, sa.Text), 4).startswith(tail)))
    named = sa.exists().where(v.id == _c.visitor_id, sa.or_(*names))
    numbered = sa.select(ticket.c.conversation_id).where(ticket.c.number.icontains(words, autoescape=True))
    return sa.and_(_c.id.in_(recent.correlate(None)), sa.or_(named, said, _c.id.in_(numbered)))


#: How visitors without a name are shown (Lens.visitor_name): the end of their id after a word.
_SHORT_NAME = re.compile(r"(?:(?:访客|訪客|visitor)\s*([0-9a-f]{0,4})|([0-9a-f]{4}))", re.IGNORECASE)


def _tail_of(words: str) -> str | None:
    """The digits of a short name, or their beginning, or nothing of them; None when the words are none."""
    found = _SHORT_NAME.fullmatch(words)
    return (found[1] or found[2] or "").lower() if found else None


async def _counts(tx: Tx, me: Agent) -> Counts:
    def count(view: str) -> sa.ScalarSelect[Any]:
        where = _view(me, view) & access.visible(me)
        return sa.select(sa.func.count()).select_from(s.conversation).where(where).scalar_subquery()

    row = (await tx.run(sa.select(*(count(view) for view in ("mine", "queue", "all"))))).one()
    return Counts(*row)


@blueprint.get("/conversations/<conversation_id:str>")
@agent_required(*READERS, answer=Detail)
async def show_conversation(request: Request, conversation_id: str) -> HTTPResponse:
    """All that the console shows around the transcript."""
    me, lens = actor(request), lens_of(request)
    async with context.db(request).begin() as tx:
        row = await access.conversation(tx, me, parse_id(conversation_id))
        packets = await views.packets(tx, [row.id])
        detail = Detail(
            conversation=(await views.summaries(tx, {row.id}, lens))[row.id],
            visitor=await views.visitor_panel(tx, row.visitor_id, lens),
            packet=packets.get(row.id),
            services=await views.services(tx, row.id, lens),
            tickets=await tickets_of(tx, row.id, lens),
            may=access.may(me, row),
        )
    return compact(request, detail)


@blueprint.get("/conversations/<conversation_id:str>/messages")
@agent_required(*READERS, answer=MessagePage)
async def list_messages(request: Request, conversation_id: str) -> HTTPResponse:
    """Messages before a position, ascending.  scope visitor: of the visitor's other conversations too."""
    me, limit = actor(request), query_int(request, "limit", 50, 1, 200)
    before = query_int(request, "before", 2**62, 0, 2**62)
    scope = query_text(request, "scope", "conversation")
    if scope not in ("conversation", "visitor"):
        raise Invalid("bad_choice", field="scope")
    async with context.db(request).begin() as tx:
        row = await access.conversation(tx, me, parse_id(conversation_id))
        wanted = _of_visitor(me, row.visitor_id) if scope == "visitor" else _m.conversation_id == row.id
        found = await tx.all(
            sa.select(s.message)
            .where(wanted, _m.position < before)
            .order_by(_m.position.desc())
            .limit(limit + 1)
        )
        shown = await views.console_messages(tx, found[:limit][::-1], lens_of(request))
    return compact(request, MessagePage(shown, len(found) > limit))


def _of_visitor(me: Agent, visitor_id: UUID) -> sa.ColumnElement[bool]:
    readable = sa.exists().where(_c.id == _m.conversation_id, access.visible(me))
    return sa.and_(_m.visitor_id == visitor_id, readable)
