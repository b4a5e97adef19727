"""Sets of words that mean the same when searching: 扫地机, 扫拖机器人, robot vacuum."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from core.db import Row, Tx
from core.errors import Invalid, NotFound
from core.ids import new_id
from knowledge import schema as k
from knowledge.articles import TOPIC

LONGEST_WORD, MOST_WORDS = 40, 20


async def all_of_them(tx: Tx) -> list[Row]:
    return await tx.all(sa.select(k.synonym_set).order_by(k.synonym_set.c.id))


async def create(tx: Tx, words: Sequence[str]) -> Row:
    tx.hint(TOPIC)
    values = {"id": new_id(), "words": checked(words), "updated_at": tx.now}
    return (await tx.run(k.synonym_set.insert().values(**values).returning(k.synonym_set))).one()


async def update(tx: Tx, set_id: UUID, words: Sequence[str]) -> Row:
    tx.hint(TOPIC)
    row = await tx.one(
        k.synonym_set.update()
        .where(k.synonym_set.c.id == set_id)
        .values(words=checked(words), updated_at=tx.now)
        .returning(k.synonym_set)
    )
    if row is None:
        raise NotFound()
    return row


async def remove(tx: Tx, set_id: UUID) -> Row:
    tx.hint(TOPIC)
    row = await tx.one(k.synonym_set.delete().where(k.synonym_set.c.id == set_id).returning(k.synonym_set))
    if row is None:
        raise NotFound()
    return row


def checked(words: Sequence[str]) -> list[str]:
    """At least two different words.  Raises Invalid."""
    found = list(dict.fromkeys(" ".join(word.split()).lower() for word in words if word.strip()))
    if len(found) < 2:
        raise Invalid("required", field="words")
    if len(found) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in found):
        raise Invalid("too_long", field="words")
    return found
