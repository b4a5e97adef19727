"""What people ask: written down with what they were shown.  It tells the hot questions, and later the
holes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from core.db import Tx
from core.ids import new_id
from knowledge import schema as k
from knowledge.masking import masked

HOT_WITHIN = timedelta(days=30)
KEEP = timedelta(days=180)
LONGEST = 200


async def note(
    tx: Tx,
    query: str,
    *,
    language: str,
    place: str,
    results: Sequence[UUID],
    confidence: float,
    answered_by: UUID | None = None,
    conversation_id: UUID | None = None,
) -> UUID:
    """Write a search down, without personal data; returns its id, for choose()."""
    search_id = new_id()
    await tx.run(
        k.article_search.insert().values(
            id=search_id,
            query=" ".join(masked(query).split())[:LONGEST],
            language=language,
            place=place,
            results=list(results)[:10],
            confidence=confidence,
            answered_by=answered_by,
            conversation_id=conversation_id,
            at=tx.now,
        )
    )
    return search_id


async def choose(tx: Tx, search_id: UUID, article_id: UUID) -> None:
    """The reader opened one of the results; anything else is ignored."""
    s = k.article_search.c
    await tx.run(
        k.article_search.update()
        .where(s.id == search_id, s.results.any_() == article_id)
        .values(chosen=article_id)
    )


async def hot(tx: Tx, limit: int = 50) -> list[UUID]:
    """Articles by how often they were the answer or were opened of late."""
    s = k.article_search.c
    article_id = sa.func.coalesce(s.chosen, s.answered_by)
    rows = await tx.all(
        sa.select(article_id.label("id"), sa.func.count().label("n"))
        .where(s.at > tx.now - HOT_WITHIN, article_id.is_not(None))
        .group_by(article_id)
        .order_by(sa.func.count().desc(), article_id)
        .limit(limit)
    )
    return [row.id for row in rows]


async def forget_old(tx: Tx) -> None:
    """Housekeeping: searches older than KEEP."""
    await tx.run(k.article_search.delete().where(k.article_search.c.at < tx.now - KEEP))
