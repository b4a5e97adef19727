"""Tickets: list, open, read, change, comment.  Everybody but trainers sees all of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from msgspec import UNSET, UnsetType
from sanic import Blueprint, HTTPResponse, Request

from api import access, context
from api.console.trail import PREFIX, audit, dump_cursor, load_cursor
from api.console.whole_ticket import Ticket, whole_ticket
from api.guards import actor, agent_required
from api.http import Body, answer, body, change, language_of, query_int, query_text
from api.views.lens import Lens
from api.views.tickets import ticket_summary
from core import schema as s
from core import timeline
from core.db import Row, Tx
from core.errors import Invalid, NotFound
from core.ids import parse_id
from tickets import desk, lists
from tickets.access import by_number
from tickets.lists import Filter
from tickets.states import PRIORITIES, STATES, TYPES

blueprint = Blueprint("console_tickets", url_prefix=PREFIX)

WORKERS = ("agent", "staff", "supervisor", "admin")


class NewTicket(Body, kw_only=True, frozen=True):
    type: str
    title: str = ""
    description: str = ""
    fields: dict[str, str] = msgspec.field(default_factory=dict)
    priority: str = "normal"
    conversation_id: UUID | None = None
    message_ids: tuple[UUID, ...] = ()
    contact: str | None = None


class TicketChange(Body, kw_only=True, frozen=True):
    """version: of the ticket that the change was made from."""

    version: int
    state: str | UnsetType = UNSET
    priority: str | UnsetType = UNSET
    assignee_id: UUID | UnsetType | None = UNSET
    department_id: UUID | UnsetType | None = UNSET
    title: str | UnsetType = UNSET


class Comment(Body, kw_only=True, frozen=True):
    text: str
    public: bool = False


@blueprint.get("/tickets")
@agent_required(*WORKERS)
async def list_tickets(request: Request) -> HTTPResponse:
    limit = query_int(request, "limit", 50, 1, 100)
    after = load_cursor(query_text(request, "cursor"))
    wanted = _filter(request)
    async with context.db(request).begin() as tx:
        rows = await lists.page(tx, wanted, after=after, limit=limit + 1)
        counts = await lists.counts(tx, actor(request).id)
    lens = Lens.of(request.app, language_of(request))
    shown = [ticket_summary(row, lens) for row in rows[:limit]]
    more = dump_cursor(rows[limit - 1].updated_at, rows[limit - 1].id) if len(rows) > limit else None
    return answer({"items": shown, "next": more, "counts": counts})


def _filter(request: Request) -> Filter:
    department, assignee = query_text(request, "department_id"), query_text(request, "assignee")
    states = tuple(filter(None, query_text(request, "state").split(",")))
    if set(states) - set(STATES):
        raise Invalid("bad_choice", field="state")
    by: UUID | str | None = None
    if assignee == "me":
        by = actor(request).id
    elif assignee:
        by = "none" if assignee == "none" else parse_id(assignee, "assignee")
    return Filter(
        states=states,
        type=_choice(request, "type", TYPES),
        priority=_choice(request, "priority", PRIORITIES),
        department_id=parse_id(department, "department_id") if department else None,
        assignee=by,
        words=query_text(request, "q").strip(),
    )


def _choice(request: Request, name: str, options: tuple[str, ...]) -> str | None:
    value = query_text(request, name)
    if value and value not in options:
        raise Invalid("bad_choice", field=name)
    return value or None


@blueprint.post("/tickets")
@agent_required(*WORKERS, body=NewTicket, answer=Ticket)
async def create_ticket(request: Request) -> HTTPResponse:
    """From nothing, or from messages of a conversation that the person may see; the visitor is told."""
    given = body(request, NewTicket)

    async def work(tx: Tx) -> Any:
        conversation = await _conversation(request, tx, given)
        row = await desk.open_ticket(
            tx,
            type=given.type,
            title=given.title,
            description=given.description,
            fields=given.fields,
            contact=given.contact,
            priority=given.priority,
            conversation=conversation,
            message_ids=given.message_ids,
            actor="agent",
            agent_id=actor(request).id,
            tell=True,
        )
        await audit(request, tx, "ticket.opened", f"ticket:{row.number}", ticket_type=row.type)
        return await _whole(request, tx, row.id)

    return await change(request, work, 201)


async def _conversation(request: Request, tx: Tx, given: NewTicket) -> Row | None:
    if given.conversation_id is None:
        if given.message_ids:
            raise Invalid("required", field="conversation_id")
        return None
    await access.conversation(tx, actor(request), given.conversation_id)
    m, wanted = s.message.c, set(given.message_ids)
    known = sa.select(sa.func.count()).where(
        m.id.in_(wanted), m.conversation_id == given.conversation_id, m.seq.is_not(None)
    )
    if len(wanted) > 50 or await tx.value(known) != len(wanted):
        raise NotFound(field="message_ids")
    return await timeline.lock(tx, given.conversation_id)


@blueprint.get("/tickets/<number:str>", unquote=True)
@agent_required(*WORKERS, answer=Ticket)
async def show_ticket(request: Request, number: str) -> HTTPResponse:
    async with context.db(request).begin() as tx:
        row = await by_number(tx, number)
        return answer(await _whole(request, tx, row.id))


@blueprint.patch("/tickets/<number:str>", unquote=True)
@agent_required(*WORKERS, body=TicketChange, answer=Ticket)
async def change_ticket(request: Request, number: str) -> HTTPResponse:
    given = body(request, TicketChange)
    changes = {key: getattr(given, key) for key in desk.CHANGEABLE if getattr(given, key) is not UNSET}

    async def work(tx: Tx) -> Any:
        row = await desk.change(tx, number, actor(request).id, given.version, changes)
        await audit(request, tx, "ticket.changed", f"ticket:{row.number}", changed=sorted(changes))
        return await _whole(request, tx, row.id)

    return await change(request, work)


@blueprint.post("/tickets/<number:str>/comments", unquote=True)
@agent_required(*WORKERS, body=Comment, answer=Ticket)
async def comment_ticket(request: Request, number: str) -> HTTPResponse:
    given = body(request, Comment)

    async def work(tx: Tx) -> Any:
        row = await desk.comment(tx, number, actor(request).id, given.text, public=given.public)
        await audit(request, tx, "ticket.commented", f"ticket:{row.number}", public=given.public)
        return await _whole(request, tx, row.id)

    return await change(request, work)


async def _whole(request: Request, tx: Tx, ticket_id: UUID) -> Any:
    return await whole_ticket(tx, ticket_id, Lens.of(request.app, language_of(request)))
