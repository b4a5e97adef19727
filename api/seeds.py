"""What a new instance starts with: departments for every type of ticket, and two groups of agents."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from core import schema as s
from core.db import Database, Tx
from core.ids import new_id
from tickets import departments

GROUPS: tuple[tuple[str, dict[str, str]], ...] = (
    ("general", {"zh": "综合客服", "en": "General service"}),
    ("after-sales", {"zh": "售后服务", "en": "After-sales"}),
)


async def plant(db: Database) -> bool:
    """Once an instance, however often and by however many processes it is called; True for the one that did.

    What administrators delete later stays deleted.
    """
    return await db.retrying(_plant)


async def _plant(tx: Tx) -> bool:
    # The row is the memory and the lock: a second process waits here, then finds it.
    first = await tx.one(
        insert(s.setting)
        .values(key="planted", value={"version": 1}, updated_at=tx.now)
        .on_conflict_do_nothing()
        .returning(s.setting.c.key)
    )
    if first is None:
        return False
    for name, types in departments.DEFAULTS:
        await departments.create(tx, name, types)
    for slug, name in GROUPS:
        await tx.run(
            insert(s.group)
            .values(id=new_id(), slug=slug, name=name, created_at=tx.now)
            .on_conflict_do_nothing(index_elements=["slug"])
        )
    return True
