"""What bot and visitors do with tickets; answers as docs/reference/internal-api.md has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core.clock import stamp
from core.db import Row, Tx
from tickets import desk
from tickets import schema as t
from tickets.access import find_for_visitor
from tickets.states import label


async def open_from_bot(
    tx: Tx,
    conversation: Row,
    *,
    type: str,
    title: str,
    description: str,
    fields: Mapping[str, str] | None = None,
    contact: str | None = None,
) -> dict[str, Any]:
    """A ticket from a form: {"number", "department": {"zh","en"} or null, "state"}; the bot says it."""
    row = await desk.open_ticket(
        tx,
        type=type,
        title=title,
        description=description,
        fields=fields,
        contact=contact,
        actor="bot",
        conversation=conversation,
    )
    return {"number": row.number, "department": await _department(tx, row), "state": row.state}


async def open_from_visitor(tx: Tx, conversation: Row, *, text: str, contact: str | None) -> dict[str, Any]:
    """What a visitor leaves while nobody is on duty becomes a ticket: {"number"}."""
    row = await desk.open_ticket(
        tx,
        type="other",
        title="",
        description=text,
        contact=contact,
        actor="visitor",
        conversation=conversation,
        tell=True,
    )
    return {"number": row.number}


async def show_to_bot(tx: Tx, number: str, visitor_id: UUID) -> dict[str, Any]:
    """The visitor's own ticket; NotFound otherwise."""
    row = await find_for_visitor(tx, number, visitor_id)
    e = t.ticket_entry.c
    words = await tx.value(
        sa.select(e.data["text"].astext)
        .where(e.ticket_id == row.id, e.kind == "comment", e.public)
        .order_by(e.at.desc(), e.id.desc())
        .limit(1)
    )
    return {
        "number": row.number,
        "type": row.type,
        "state": row.state,
        "state_label": label(row.state)._asdict(),
        "department": await _department(tx, row),
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.updated_at),
        "last_public_comment": words,
    }


async def _department(tx: Tx, row: Row) -> dict[str, str] | None:
    if row.department_id is None:
        return None
    name: dict[str, str] = await tx.value(
        sa.select(t.department.c.name).where(t.department.c.id == row.department_id)
    )
    return name
