"""Opening tickets and changing them.  Every function runs in the caller's transaction.

Lock order: visitor, conversation, ticket, number, agent, stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core import conversations
from core import schema as s
from core.db import Row, Tx
from core.errors import Conflict, Invalid
from core.ids import new_id
from tickets import departments, journal, numbers
from tickets import schema as t
from tickets.access import lock
from tickets.states import ACTIVE, PRIORITIES, TYPES, check_move

LONGEST_TITLE, LONGEST_TEXT, LONGEST_CONTACT = 120, 4000, 200
MOST_FIELDS = 30
#: What may change, in the order in which the timeline tells it.
CHANGEABLE = ("state", "priority", "assignee_id", "department_id", "title")


async def open_ticket(
    tx: Tx,
    *,
    type: str,
    title: str,
    description: str,
    actor: str,
    fields: Mapping[str, str] | None = None,
    contact: str | None = None,
    priority: str = "normal",
    visitor_id: UUID | None = None,
    conversation: Row | None = None,
    message_ids: tuple[UUID, ...] = (),
    agent_id: UUID | None = None,
    tell: bool = False,
) -> Row:
    """A new ticket, routed to the department of its type.

    actor: visitor, bot or agent.  conversation, when given, is locked; tell says so in it.  Calling twice
    makes two: the caller's key (turn effect, Idempotency-Key) makes it once.  Raises Invalid.
    """
    words = _checked(type, title, description, fields or {}, contact, priority)
    row = (
        await tx.run(
            t.ticket.insert()
            .values(
                id=new_id(),
                number=await numbers.allocate(tx),
                type=type,
                priority=priority,
                department_id=await departments.for_type(tx, type),
                visitor_id=conversation.visitor_id if conversation is not None else visitor_id,
                conversation_id=conversation.id if conversation is not None else None,
                message_ids=[str(m) for m in message_ids],
                created_by=actor,
                created_at=tx.now,
                updated_at=tx.now,
                **words,
            )
            .returning(t.ticket)
        )
    ).one()
    await journal.enter(tx, row, "created", actor, agent_id, {"type": type}, public=True)
    await journal.record(
        tx,
        row,
        "ticket.opened",
        actor,
        agent_id,
        ticket_type=type,
        priority=priority,
        department_id=row.department_id,
    )
    if tell and conversation is not None and conversation.state != "closed":
        await conversations.tell(tx, conversation, "ticket_created", number=row.number)
    return row


def _checked(
    type: str, title: str, description: str, fields: Mapping[str, str], contact: str | None, priority: str
) -> dict[str, Any]:
    if type not in TYPES:
        raise Invalid("bad_choice", field="type")
    if priority not in PRIORITIES:
        raise Invalid("bad_choice", field="priority")
    description, title = description.strip(), " ".join(title.split())
    if not title:
        title = " ".join(description.split())[:40]
    if not title:
        raise Invalid("required", field="title")
    for field, text, longest in (
        ("title", title, LONGEST_TITLE),
        ("description", description, LONGEST_TEXT),
        ("contact", contact or "", LONGEST_CONTACT),
    ):
        if len(text) > longest:
            raise Invalid("too_long", field=field)
    if len(fields) > MOST_FIELDS or any(len(k) > 80 or len(v) > 1000 for k, v in fields.items()):
        raise Invalid("too_long", field="fields")
    return {
        "title": title,
        "description": description,
        "fields": dict(fields),
        "contact": (contact or "").strip() or None,
    }


async def change(tx: Tx, number: str, agent_id: UUID, version: int, changes: Mapping[str, Any]) -> Row:
    """Apply changes (keys of CHANGEABLE) made from version; one timeline entry and event for each.

    Raises NotFound, Conflict changed (somebody was faster), Conflict wrong_ticket_state, Invalid.  The
    visitor is told of a new state in the last conversation, open or not.
    """
    conversation, row = await lock(tx, number)
    if row.version != version:
        raise Conflict("changed")
    wanted = {key: value for key, value in changes.items() if value != getattr(row, key)}
    if not wanted:
        return row
    await _check_changes(tx, row, wanted)
    changed = await _apply(tx, row, wanted)
    for key in CHANGEABLE:
        if key in wanted:
            await journal.note_change(tx, row, key, wanted[key], agent_id)
    if "state" in wanted and conversation is not None:
        await conversations.tell(tx, conversation, "ticket_updated", number=row.number, state=changed.state)
    await journal.tell_assignees(tx, {row.assignee_id, changed.assignee_id} - {None, agent_id}, changed)
    return changed


async def comment(tx: Tx, number: str, agent_id: UUID, text: str, *, public: bool) -> Row:
    """Add a comment; a public one is told to the visitor in the last conversation, open or not."""
    words = text.strip()
    if not words:
        raise Invalid("required", field="text")
    if len(words) > LONGEST_TEXT:
        raise Invalid("too_long", field="text")
    conversation, row = await lock(tx, number)
    changed = await _apply(tx, row, {})
    await journal.enter(tx, row, "comment", "agent", agent_id, {"text": words}, public=public)
    await journal.record(tx, row, "ticket.commented", "agent", agent_id, public=public)
    if public and conversation is not None:
        await conversations.tell(
            tx,
            conversation,
            "ticket_updated",
            number=row.number,
            state=row.state,
            comment=words,
            agent=await _face(tx, agent_id),
        )
    await journal.tell_assignees(tx, {row.assignee_id} - {None, agent_id}, changed)
    return changed


async def _face(tx: Tx, agent_id: UUID) -> dict[str, str | None]:
    """Who answers, as events name agents."""
    a = s.agent.c
    row = (await tx.run(sa.select(a.name, a.avatar_blob_id).where(a.id == agent_id))).one()
    return {"name": row.name, "avatar_blob_id": str(row.avatar_blob_id) if row.avatar_blob_id else None}


async def _check_changes(tx: Tx, row: Row, wanted: Mapping[str, Any]) -> None:
    if "state" in wanted:
        check_move(row.state, wanted["state"])
    if "priority" in wanted and wanted["priority"] not in PRIORITIES:
        raise Invalid("bad_choice", field="priority")
    if "title" in wanted and not 0 < len(str(wanted["title"]).strip()) <= LONGEST_TITLE:
        raise Invalid("too_long" if wanted["title"].strip() else "required", field="title")
    if wanted.get("assignee_id") is not None:
        a = s.agent.c
        works = sa.select(a.id).where(
            a.id == wanted["assignee_id"], a.disabled_at.is_(None), a.role != "trainer"
        )
        if await tx.value(works) is None:
            raise Invalid("no_such_agent", field="assignee_id")
    if wanted.get("department_id") is not None:
        d = t.department.c
        known = sa.select(d.id).where(d.id == wanted["department_id"], d.retired_at.is_(None))
        if await tx.value(known) is None:
            raise Invalid("no_such_department", field="department_id")


async def _apply(tx: Tx, row: Row, wanted: Mapping[str, Any]) -> Row:
    values: dict[str, Any] = {**wanted, "version": row.version + 1, "updated_at": tx.now}
    if state := wanted.get("state"):
        values["resolved_at"] = (row.resolved_at or tx.now) if state not in ACTIVE else None
        values["closed_at"] = tx.now if state == "closed" else None
    return (
        await tx.run(t.ticket.update().where(t.ticket.c.id == row.id).values(**values).returning(t.ticket))
    ).one()
