"""Tickets as they are listed beside a conversation."""

from __future__ import annotations

from uuid import UUID

import msgspec

from api.views.lens import Lens, when
from core.db import Row, Tx
from tickets import lists


class Named(msgspec.Struct, frozen=True):
    id: UUID
    name: str


class Department(msgspec.Struct, frozen=True):
    id: UUID
    name: dict[str, str]


class TicketSummary(msgspec.Struct, frozen=True):
    number: str
    type: str
    title: str
    state: str
    priority: str
    department: Department | None
    assignee: Named | None
    visitor: Named | None
    created_at: str
    updated_at: str


async def tickets_of(tx: Tx, conversation_id: UUID, lens: Lens) -> list[TicketSummary]:
    """The tickets that came out of a conversation, the newest first."""
    rows = await lists.page(tx, lists.Filter(conversation_id=conversation_id))
    return [ticket_summary(row, lens) for row in rows]


def ticket_summary(row: Row, lens: Lens) -> TicketSummary:
    """A row of tickets.lists."""
    return TicketSummary(
        number=row.number,
        type=row.type,
        title=row.title,
        state=row.state,
        priority=row.priority,
        department=Department(row.department_id, row.department_name) if row.department_id else None,
        assignee=Named(row.assignee_id, row.assignee_name) if row.assignee_id else None,
        visitor=(
            Named(row.visitor_id, lens.visitor_name(row.visitor_name, row.visitor_id))
            if row.visitor_id
            else None
        ),
        created_at=when(row.created_at),
        updated_at=when(row.updated_at),
    )
