"""Making articles, changing them and moving them through their life.  All in the caller's transaction.

Every change names the version of the row that it was made from: of two people who change one article at once
the second is told so (Conflict changed).  Every change makes searching look again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from core import events
from core import schema as s
from core.db import Row, Tx
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from knowledge import schema as k
from knowledge.content import Content, check_complete, cleaned
from knowledge.placing import Placing, columns
from knowledge.states import check_move, live_after

#: Hinted at whenever what can be found may have changed.
TOPIC = "knowledge"
LONGEST_COMMENT = 500
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


async def create(
    tx: Tx,
    content: Content,
    placing: Placing | None = None,
    *,
    agent_id: UUID | None,
    slug: str | None = None,
    comment: str | None = None,
    state: str = "draft",
    origin_key: str | None = None,
    origin: Mapping[str, Any] | None = None,
) -> Row:
    """A new article, version 1.  slug must be free (a unique violation otherwise); none: one is made.

    state is draft or, for what was mined, proposed.  Raises Invalid.
    """
    words = cleaned(content)
    article_id = new_id()
    row = (
        await tx.run(
            k.article.insert()
            .values(
                id=article_id,
                slug=check_slug(slug) if slug else made_slug(words, article_id),
                state=state,
                latest=1,
                author_id=agent_id,
                origin_key=origin_key,
                origin=dict(origin) if origin is not None else None,
                created_at=tx.now,
                updated_at=tx.now,
                **await columns(tx, placing or Placing()),
            )
            .returning(k.article)
        )
    ).one()
    await _add_version(tx, article_id, 1, words, agent_id, comment)
    await record(tx, "article.created", row, agent_id, state=state)
    return row


async def edit(
    tx: Tx,
    article_id: UUID,
    version: int,
    *,
    agent_id: UUID | None,
    content: Content | None = None,
    placing: Placing | None = None,
    slug: str | None = None,
    comment: str | None = None,
) -> Row:
    """Other words make a new version, a draft; what readers see stays until it is published.

    Placing and slug hold for all versions and at once.  Nothing new: nothing happens.
    """
    row = await lock(tx, article_id, version)
    values: dict[str, Any] = {}
    if placing is not None:
        values = {name: v for name, v in (await columns(tx, placing)).items() if v != getattr(row, name)}
    if slug is not None and slug != row.slug:
        values["slug"] = check_slug(slug)
    words = cleaned(content) if content is not None else None
    if words is not None and words != await content_of(tx, row.id, row.latest):
        values |= {"latest": row.latest + 1, "state": "draft"}
        await _add_version(tx, row.id, row.latest + 1, words, agent_id, comment)
    if not values:
        return row
    changed = await _apply(tx, row, values)
    await record(tx, "article.edited", changed, agent_id, changed=sorted(values), number=changed.latest)
    return changed


async def move(
    tx: Tx, article_id: UUID, version: int, to: str, *, agent_id: UUID | None, comment: str | None = None
) -> Row:
    """Submit (review), send back (draft), publish, archive, dismiss.  Raises Conflict wrong_state,
    Invalid."""
    row = await lock(tx, article_id, version)
    check_move(row.state, to)
    if to == "published":
        check_complete(await content_of(tx, row.id, row.latest))
    values: dict[str, Any] = {"state": to, "live": live_after(to, row.latest, row.live)}
    if to == "published":
        values["published_at"] = tx.now
    changed = await _apply(tx, row, values)
    await record(
        tx,
        "article.moved",
        changed,
        agent_id,
        before=row.state,
        after=to,
        number=row.latest,
        comment=checked_comment(comment),
    )
    return changed


async def restore(tx: Tx, article_id: UUID, version: int, number: int, *, agent_id: UUID) -> Row:
    """The words of an earlier version as a new draft.  Raises NotFound."""
    words = await content_of(tx, article_id, number)
    return await edit(tx, article_id, version, agent_id=agent_id, content=words, comment=f"#{number}")


async def get(tx: Tx, article_id: UUID) -> Row:
    row = await tx.one(sa.select(k.article).where(k.article.c.id == article_id))
    if row is None:
        raise NotFound()
    return row


async def lock(tx: Tx, article_id: UUID, version: int) -> Row:
    """Raises NotFound, Conflict changed."""
    row = await tx.one(sa.select(k.article).where(k.article.c.id == article_id).with_for_update())
    if row is None:
        raise NotFound()
    if row.version != version:
        raise Conflict("changed")
    return row


async def content_of(tx: Tx, article_id: UUID, number: int) -> Content:
    """Raises NotFound."""
    v = k.article_version.c
    raw = await tx.value(sa.select(v.content).where(v.article_id == article_id, v.number == number))
    if raw is None:
        raise NotFound()
    return msgspec.convert(raw, Content)


async def versions(tx: Tx, article_id: UUID) -> list[Row]:
    """All of them, the newest first, with author_name."""
    v, a = k.article_version.c, s.agent.c
    return await tx.all(
        sa.select(k.article_version, a.name.label("author_name"))
        .outerjoin(s.agent, a.id == v.author_id)
        .where(v.article_id == article_id)
        .order_by(v.number.desc())
    )


def check_slug(slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise Invalid("bad_slug", field="slug")
    return slug


def made_slug(content: Content, article_id: UUID) -> str:
    """Readable where the question is English; the end of the id makes it the article's own."""
    words = re.findall(r"[a-z0-9]+", content.en.question.lower())
    return "-".join([*"-".join(words[:8])[:60].strip("-").split("-"), article_id.hex[-8:]]).lstrip("-")


def checked_comment(comment: str | None) -> str | None:
    text = (comment or "").strip()
    if len(text) > LONGEST_COMMENT:
        raise Invalid("too_long", field="comment")
    return text or None


async def _add_version(
    tx: Tx, article_id: UUID, number: int, content: Content, agent_id: UUID | None, comment: str | None
) -> None:
    await tx.run(
        k.article_version.insert().values(
            article_id=article_id,
            number=number,
            content=msgspec.to_builtins(content),
            comment=checked_comment(comment),
            author_id=agent_id,
            at=tx.now,
        )
    )


async def _apply(tx: Tx, row: Row, values: Mapping[str, Any]) -> Row:
    return (
        await tx.run(
            k.article.update()
            .where(k.article.c.id == row.id)
            .values(version=row.version + 1, updated_at=tx.now, **values)
            .returning(k.article)
        )
    ).one()


async def record(tx: Tx, type: str, row: Row, agent_id: UUID | None, **data: Any) -> None:
    actor = "agent" if agent_id else "system"
    await events.record(
        tx, type, actor=actor, agent_id=agent_id, article_id=str(row.id), slug=row.slug, **data
    )
    tx.hint(TOPIC)
