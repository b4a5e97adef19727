"""Departments, and which of them gets a ticket."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core.db import Row, Tx
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.wording import TICKET_TYPES
from tickets import schema as t

#: What a new instance starts with: name in both languages, and the types that go there.
DEFAULTS: tuple[tuple[dict[str, str], tuple[str, ...]], ...] = (
    ({"zh": "客户关怀部", "en": "Customer Care"}, ("complaint", "suggestion")),
    ({"zh": "维修中心", "en": "Repair Centre"}, ("repair",)),
    ({"zh": "综合服务部", "en": "General Services"}, ("other",)),
)


async def for_type(tx: Tx, type: str) -> UUID | None:
    """The department that takes this type: of several the oldest, of none nobody."""
    d = t.department.c
    found: UUID | None = await tx.value(
        sa.select(d.id)
        .where(d.types.any_() == type, d.retired_at.is_(None))
        .order_by(d.created_at, d.id)
        .limit(1)
    )
    return found


async def active(tx: Tx) -> list[Row]:
    d = t.department.c
    return await tx.all(sa.select(t.department).where(d.retired_at.is_(None)).order_by(d.created_at, d.id))


async def create(tx: Tx, name: dict[str, str], types: tuple[str, ...], email: str | None = None) -> Row:
    return (
        await tx.run(
            t.department.insert()
            .values(id=new_id(), name=name, types=list(types), email=email, created_at=tx.now)
            .returning(t.department)
        )
    ).one()


async def update(tx: Tx, department_id: UUID, **values: Any) -> Row:
    """Change columns, or none; NotFound when there is no such department any more."""
    d = t.department.c
    which = (d.id == department_id) & d.retired_at.is_(None)
    if values:
        row = await tx.one(t.department.update().where(which).values(**values).returning(t.department))
    else:
        row = await tx.one(sa.select(t.department).where(which))
    if row is None:
        raise NotFound()
    return row


async def retire(tx: Tx, department_id: UUID) -> Row:
    """Out of use; its tickets keep it.  Conflict only_department while it alone takes a type."""
    d = t.department.c
    # All are locked in one order: two that cover for each other cannot both go.
    rows = await tx.all(
        sa.select(d.id, d.types).where(d.retired_at.is_(None)).order_by(d.id).with_for_update()
    )
    others = {type for row in rows if row.id != department_id for type in row.types}
    alone = [type for row in rows if row.id == department_id for type in row.types if type not in others]
    if alone:
        raise Conflict("only_department", names=tuple(TICKET_TYPES[type] for type in alone))
    return await update(tx, department_id, retired_at=tx.now)
