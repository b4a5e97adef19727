"""Did the answer help?  One voice a reader and article; counts on the article follow."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import events
from core.db import Row, Tx
from core.errors import Invalid, NotFound
from core.ids import new_id
from knowledge import schema as k

PLACES = ("bot", "widget", "help", "console")
REASONS = ("not_my_question", "wrong", "outdated", "unclear", "other")
LONGEST_COMMENT = 1000


async def give(
    tx: Tx,
    article_id: UUID,
    *,
    voter: str,
    helpful: bool,
    place: str,
    language: str,
    reason: str | None = None,
    comment: str | None = None,
    conversation_id: UUID | None = None,
) -> None:
    """voter tells readers apart; the same one again replaces what was said.  Raises Invalid, NotFound."""
    words = (comment or "").strip() or None
    if reason is not None and reason not in REASONS:
        raise Invalid("bad_choice", field="reason")
    if words and len(words) > LONGEST_COMMENT:
        raise Invalid("too_long", field="comment")
    a, f = k.article.c, k.article_feedback
    known = sa.select(a.id).where(a.id == article_id, a.live.is_not(None)).with_for_update()
    if await tx.value(known) is None:
        raise NotFound()
    given = {
        "helpful": helpful,
        "reason": None if helpful else reason,
        "comment": words,
        "place": place,
        "language": language,
        "conversation_id": conversation_id,
        "at": tx.now,
    }
    row = insert(f).values(id=new_id(), article_id=article_id, voter=voter, **given)
    await tx.run(row.on_conflict_do_update(index_elements=["article_id", "voter"], set_=given))
    await _count(tx, article_id)
    await events.record(
        tx,
        "article.rated",
        actor="visitor" if place != "console" else "agent",
        conversation_id=conversation_id,
        article_id=str(article_id),
        helpful=helpful,
        reason=given["reason"],
        place=place,
    )


async def _count(tx: Tx, article_id: UUID) -> None:
    """Counted anew under the article's lock, so that a changed mind counts once."""
    a, f = k.article.c, k.article_feedback.c
    n = sa.select(sa.func.count()).where(f.article_id == article_id)
    await tx.run(
        k.article.update()
        .where(a.id == article_id)
        .values(
            helpful=n.where(f.helpful).scalar_subquery(),
            unhelpful=n.where(sa.not_(f.helpful)).scalar_subquery(),
        )
    )


async def page(
    tx: Tx,
    *,
    article_id: UUID | None = None,
    helpful: bool | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Row]:
    """The newest first, with the article's slug; after is the (at, id) of the last row before."""
    f, a = k.article_feedback.c, k.article.c
    query = (
        sa.select(k.article_feedback, a.slug)
        .join(k.article, a.id == f.article_id)
        .order_by(f.at.desc(), f.id.desc())
    )
    if article_id is not None:
        query = query.where(f.article_id == article_id)
    if helpful is not None:
        query = query.where(f.helpful == sa.literal(helpful))
    if after is not None:
        query = query.where(sa.tuple_(f.at, f.id) < sa.tuple_(*map(sa.literal, after)))
    return await tx.all(query.limit(limit))
