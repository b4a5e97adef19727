"""Tickets as lists and counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core import schema as s
from core.db import Row, Tx
from tickets import numbers
from tickets import schema as t
from tickets.states import ACTIVE

_K = t.ticket.c


@dataclass(frozen=True)
class Filter:
    """What a list shows.  assignee: an id, "none", or None for any; states empty: all of them."""

    states: tuple[str, ...] = ()
    type: str | None = None
    priority: str | None = None
    department_id: UUID | None = None
    assignee: UUID | str | None = None
    words: str = ""
    conversation_id: UUID | None = None


def _summaries() -> sa.Select[Any]:
    """Tickets with the names that a list shows beside them."""
    d, a, v = t.department.c, s.agent.c, s.visitor.c
    return (
        sa.select(
            t.ticket,
            d.name.label("department_name"),
            a.name.label("assignee_name"),
            v.name.label("visitor_name"),
        )
        .outerjoin(t.department, d.id == _K.department_id)
        .outerjoin(s.agent, a.id == _K.assignee_id)
        .outerjoin(s.visitor, v.id == _K.visitor_id)
    )


async def one(tx: Tx, ticket_id: UUID) -> Row:
    return (await tx.run(_summaries().where(_K.id == ticket_id))).one()


async def page(
    tx: Tx, wanted: Filter, *, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[Row]:
    """The most recently updated first; after is the (updated_at, id) of the last row of the page before."""
    query = _summaries().where(*_conditions(wanted)).order_by(_K.updated_at.desc(), _K.id.desc())
    if after is not None:
        query = query.where(sa.tuple_(_K.updated_at, _K.id) < sa.tuple_(*map(sa.literal, after)))
    return await tx.all(query.limit(limit))


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.states:
        found.append(_K.state.in_(wanted.states))
    for column, value in (
        (_K.type, wanted.type),
        (_K.priority, wanted.priority),
        (_K.department_id, wanted.department_id),
        (_K.conversation_id, wanted.conversation_id),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.assignee is not None:
        found.append(
            _K.assignee_id.is_(None) if wanted.assignee == "none" else _K.assignee_id == wanted.assignee
        )
    if wanted.words:
        found.append(_matching(wanted.words))
    return found


def _matching(words: str) -> sa.ColumnElement[bool]:
    number = numbers.normalise(words)
    if number is not None:
        return _K.number == number
    return sa.or_(
        *(
            column.icontains(words, autoescape=True)
            for column in (_K.number, _K.title, _K.description, _K.contact, s.visitor.c.name)
        )
    )


async def counts(tx: Tx, agent_id: UUID) -> dict[str, int]:
    """{"open", "mine", "unassigned"}: tickets that somebody still has to work on."""
    n = sa.func.count()
    row = (
        await tx.run(
            sa.select(
                n.label("open"),
                n.filter(_K.assignee_id == agent_id).label("mine"),
                n.filter(_K.assignee_id.is_(None)).label("unassigned"),
            ).where(_K.state.in_(ACTIVE))
        )
    ).one()
    return {"open": row.open, "mine": row.mine, "unassigned": row.unassigned}


async def entries(tx: Tx, ticket_id: UUID) -> list[Row]:
    """The ticket's timeline, oldest first, with agent_name."""
    e, a = t.ticket_entry.c, s.agent.c
    return await tx.all(
        sa.select(t.ticket_entry, a.name.label("agent_name"))
        .outerjoin(s.agent, a.id == e.agent_id)
        .where(e.ticket_id == ticket_id)
        .order_by(e.at, e.id)
    )
