"""Which ticket a number names, whose it is, and the locks to change it."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from core import schema as s
from core import timeline
from core.db import Row, Tx
from core.errors import NotFound
from tickets import numbers
from tickets import schema as t


async def lock(tx: Tx, number: str) -> tuple[Row | None, Row]:
    """The visitor's last conversation, open or not, locked first, and the ticket, locked."""
    found = await by_number(tx, number)
    conversation = await _last_conversation(tx, found.visitor_id) if found.visitor_id else None
    row = await tx.one(sa.select(t.ticket).where(t.ticket.c.id == found.id).with_for_update(key_share=True))
    if row is None:
        raise NotFound()
    return conversation, row


async def by_number(tx: Tx, number: str) -> Row:
    """The ticket of a number in any spelling; NotFound."""
    known = numbers.normalise(number)
    row = await tx.one(sa.select(t.ticket).where(t.ticket.c.number == known)) if known else None
    if row is None:
        raise NotFound()
    return row


async def _last_conversation(tx: Tx, visitor_id: UUID) -> Row | None:
    owner = await _survivor(tx, visitor_id)
    c = s.conversation.c
    found = await tx.value(
        sa.select(c.id).where(c.visitor_id == owner, c.kind == "live").order_by(c.opened_at.desc()).limit(1)
    )
    return await timeline.lock(tx, found) if found is not None else None


async def _survivor(tx: Tx, visitor_id: UUID) -> UUID:
    """Whom a visitor was merged into, if so."""
    while True:
        into = await tx.value(sa.select(s.visitor.c.merged_into).where(s.visitor.c.id == visitor_id))
        if into is None:
            return visitor_id
        visitor_id = into


async def find_for_visitor(tx: Tx, number: str, visitor_id: UUID) -> Row:
    """The ticket, if it is this visitor's own (merged visitors count as one); NotFound otherwise."""
    row = await by_number(tx, number)
    if row.visitor_id is None or await _survivor(tx, row.visitor_id) != await _survivor(tx, visitor_id):
        raise NotFound()
    return row
