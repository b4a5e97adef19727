"""Articles as lists and counts, and what searching loads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core import schema as s
from core.db import Row, Tx
from knowledge import schema as k
from knowledge.states import STATES

_A, _V = k.article.c, k.article_version.c


@dataclass(frozen=True)
class Filter:
    """What a list shows.  category: an id (with what is below it), "none", or None for any; live: readers see
    it."""

    states: tuple[str, ...] = ()
    category: UUID | str | None = None
    tag: str | None = None
    channel: str | None = None
    audience: str | None = None
    language: str | None = None  # has this language
    lacks: str | None = None  # lacks this language
    live: bool | None = None
    words: str = ""


def _summaries() -> sa.Select[Any]:
    """Articles with the newest words and the names that a list shows beside them."""
    author = s.agent.alias("author")
    return (
        sa.select(
            k.article,
            _V.content,
            _V.at.label("edited_at"),
            author.c.name.label("author_name"),
            k.category.c.name.label("category_name"),
        )
        .join(k.article_version, sa.and_(_V.article_id == _A.id, _V.number == _A.latest))
        .outerjoin(author, author.c.id == _V.author_id)
        .outerjoin(k.category, k.category.c.id == _A.category_id)
    )


async def one(tx: Tx, article_id: UUID) -> Row | None:
    return await tx.one(_summaries().where(_A.id == article_id))


async def page(
    tx: Tx, wanted: Filter, *, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[Row]:
    """The most recently changed first; after is the (updated_at, id) of the last row of the page before."""
    query = _summaries().where(*_conditions(wanted)).order_by(_A.updated_at.desc(), _A.id.desc())
    if after is not None:
        query = query.where(sa.tuple_(_A.updated_at, _A.id) < sa.tuple_(*map(sa.literal, after)))
    return await tx.all(query.limit(limit))


async def everything(tx: Tx, wanted: Filter) -> list[Row]:
    """All that fits, for an export, in the order in which articles were made."""
    return await tx.all(_summaries().where(*_conditions(wanted)).order_by(_A.created_at, _A.id))


async def counts(tx: Tx) -> dict[str, int]:
    """How many articles are in each state, and how many readers see ("live")."""
    n = sa.func.count()
    rows = await tx.all(
        sa.select(_A.state, n.label("n"), n.filter(_A.live.is_not(None)).label("live")).group_by(_A.state)
    )
    found = dict.fromkeys((*STATES, "live"), 0)
    for row in rows:
        found[row.state] = row.n
        found["live"] += row.live
    return found


async def tags(tx: Tx) -> list[str]:
    """Every tag in use."""
    tag = sa.func.unnest(_A.tags).label("tag")
    return [row.tag for row in await tx.all(sa.select(tag).distinct().order_by(tag))]


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.states:
        found.append(_A.state.in_(wanted.states))
    if wanted.category == "none":
        found.append(_A.category_id.is_(None))
    elif wanted.category is not None:
        below = sa.select(k.category.c.id).where(k.category.c.parent_id == wanted.category)
        found.append(sa.or_(_A.category_id == wanted.category, _A.category_id.in_(below)))
    if wanted.tag is not None:
        found.append(_A.tags.any_() == wanted.tag)
    if wanted.channel is not None:
        found.append(sa.or_(_A.channels == sa.text("'{}'"), _A.channels.any_() == wanted.channel))
    if wanted.audience is not None:
        found.append(_A.audience == wanted.audience)
    if wanted.live is not None:
        found.append(_A.live.is_not(None) if wanted.live else _A.live.is_(None))
    if wanted.language is not None:
        found.append(_answer_in(wanted.language) != "")
    if wanted.lacks is not None:
        found.append(_answer_in(wanted.lacks) == "")
    if wanted.words:
        found.append(_matching(wanted.words))
    return found


def _answer_in(language: str) -> sa.ColumnElement[str]:
    return sa.func.coalesce(_V.content[language]["answer"].astext, "")


def _matching(words: str) -> sa.ColumnElement[bool]:
    columns = [_A.slug, *(_V.content[side][part].astext for side in ("zh", "en") for part in _PARTS)]
    return sa.or_(*(column.icontains(words, autoescape=True) for column in columns))


_PARTS = ("question", "similar", "answer")


# -- for searching -------------------------------------------------------------------------------------------


async def live_versions(tx: Tx) -> dict[UUID, int]:
    """Every article that readers may see, with the version of its row."""
    return {row.id: row.version for row in await tx.all(_LIVE)}


_LIVE = sa.select(_A.id, _A.version).where(_A.live.is_not(None))


async def live_articles(tx: Tx, ids: Sequence[UUID]) -> list[Row]:
    """Articles by id with the words that readers see; those that nobody sees any more are left out."""
    return await tx.all(
        sa.select(k.article, _V.content)
        .join(k.article_version, sa.and_(_V.article_id == _A.id, _V.number == _A.live))
        .where(_A.id == sa.any_(sa.literal(list(ids), sa.ARRAY(s.Uuid))))
    )
