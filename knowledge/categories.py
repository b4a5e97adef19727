"""Categories: a tree of two levels, in an order that people choose."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core.db import Row, Tx
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from knowledge import schema as k
from knowledge.articles import TOPIC


async def all_of_them(tx: Tx) -> list[Row]:
    """Top level first, each level in its order, with the number of articles directly in each."""
    c, a = k.category.c, k.article.c
    count = sa.select(sa.func.count()).where(a.category_id == c.id, a.live.is_not(None)).scalar_subquery()
    return await tx.all(
        sa.select(k.category, count.label("live")).order_by(
            c.parent_id.is_not(None), c.position, c.created_at, c.id
        )
    )


async def create(tx: Tx, name: dict[str, str], parent_id: UUID | None = None, position: int = 0) -> Row:
    await _check_parent(tx, None, parent_id)
    return (
        await tx.run(
            k.category.insert()
            .values(id=new_id(), name=name, parent_id=parent_id, position=position, created_at=tx.now)
            .returning(k.category)
        )
    ).one()


async def update(tx: Tx, category_id: UUID, **values: Any) -> Row:
    """name, parent_id or position.  Raises NotFound, Invalid."""
    await get(tx, category_id)
    if values.get("parent_id") is not None:
        await _check_parent(tx, category_id, values["parent_id"])
    if values:
        await tx.run(k.category.update().where(k.category.c.id == category_id).values(**values))
    return await get(tx, category_id)


async def remove(tx: Tx, category_id: UUID) -> Row:
    """Its articles stay, without a category.  Conflict in_use while it has categories below it."""
    row = await get(tx, category_id)
    c = k.category.c
    if await tx.value(sa.select(c.id).where(c.parent_id == category_id).limit(1)) is not None:
        raise Conflict("in_use")
    a = k.article.c
    await tx.run(
        k.article.update().where(a.category_id == category_id).values(category_id=None, version=a.version + 1)
    )
    await tx.run(k.category.delete().where(c.id == category_id))
    tx.hint(TOPIC)
    return row


async def get(tx: Tx, category_id: UUID) -> Row:
    row = await tx.one(sa.select(k.category).where(k.category.c.id == category_id))
    if row is None:
        raise NotFound()
    return row


async def _check_parent(tx: Tx, category_id: UUID | None, parent_id: UUID | None) -> None:
    """A parent exists, is at the top, and is not for one that has categories below it itself."""
    if parent_id is None:
        return
    c = k.category.c
    # the parent is locked: it cannot become somebody's child meanwhile
    parent = await tx.one(sa.select(k.category).where(c.id == parent_id).with_for_update())
    if parent is None or parent.parent_id is not None or parent_id == category_id:
        raise Invalid("bad_choice", field="parent_id")
    if category_id is not None:
        below = sa.select(c.id).where(c.parent_id == category_id).limit(1)
        if await tx.value(below) is not None:
            raise Invalid("bad_choice", field="parent_id")
