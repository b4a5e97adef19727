"""A ticket with everything that belongs to it, as the ticket's page shows it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from api.views.lens import Lens, when
from api.views.messages import console_messages
from api.views.shapes import Message
from api.views.tickets import TicketSummary, ticket_summary
from core import schema as s
from core.db import Row, Tx
from tickets import lists
from tickets import schema as t

#: Entries that tell of a change from one row to another, and where their names are.
_NAMED: dict[str, sa.Table] = {"assignee": s.agent, "department": t.department}


class EntryActor(msgspec.Struct, frozen=True):
    kind: str  # visitor, bot, agent, system
    name: str


class Entry(msgspec.Struct, frozen=True):
    """data: {"text"} of a comment; {"before", "after"} of a change, which for assignee and department are
    {"id", "name"} or null."""

    id: UUID
    at: str
    actor: EntryActor
    kind: str
    data: dict[str, Any]
    public: bool


class Ticket(TicketSummary, frozen=True):
    version: int
    description: str
    fields: dict[str, Any]
    contact: str | None
    conversation_id: UUID | None
    created_by: str
    messages: list[Message]
    timeline: list[Entry]


async def whole_ticket(tx: Tx, ticket_id: UUID, lens: Lens) -> Ticket:
    row = await lists.one(tx, ticket_id)
    summary = ticket_summary(row, lens)
    return Ticket(
        **{name: getattr(summary, name) for name in TicketSummary.__struct_fields__},
        version=row.version,
        description=row.description,
        fields=row.fields,
        contact=row.contact,
        conversation_id=row.conversation_id,
        created_by=row.created_by,
        messages=await _messages(tx, row.message_ids, lens),
        timeline=await _timeline(tx, ticket_id),
    )


async def _messages(tx: Tx, ids: list[str], lens: Lens) -> list[Message]:
    if not ids:
        return []
    m = s.message.c
    rows = await tx.all(sa.select(s.message).where(m.id.in_(map(UUID, ids))).order_by(m.position))
    return await console_messages(tx, rows, lens)


async def _timeline(tx: Tx, ticket_id: UUID) -> list[Entry]:
    rows = await lists.entries(tx, ticket_id)
    names = {kind: await _names(tx, table, kind, rows) for kind, table in _NAMED.items()}
    return [
        Entry(
            id=row.id,
            at=when(row.at),
            actor=EntryActor(row.actor, row.agent_name or ""),
            kind=row.kind,
            data=_with_names(row.data, names[row.kind]) if row.kind in names else row.data,
            public=row.public,
        )
        for row in rows
    ]


async def _names(tx: Tx, table: sa.Table, kind: str, rows: list[Row]) -> dict[str, Any]:
    ids = {row.data.get(side) for row in rows if row.kind == kind for side in ("before", "after")} - {None}
    if not ids:
        return {}
    found = await tx.all(sa.select(table.c.id, table.c.name).where(table.c.id.in_(map(UUID, ids))))
    return {str(row.id): row.name for row in found}


def _with_names(data: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    return {
        side: {"id": data[side], "name": names.get(data[side], "")} if data.get(side) else None
        for side in ("before", "after")
    }
