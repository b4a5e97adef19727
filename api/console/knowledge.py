"""Articles of the knowledge base: trainers, supervisors and administrators write, everybody of the house
reads what is live."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.console.trail import PREFIX, audit, unique
from api.guards import actor, agent_required
from api.http import Body, answer, body, change
from api.knowledge import EDITORS, image_address
from core.db import Row, Tx
from core.errors import Invalid, NotFound
from core.ids import parse_id
from knowledge import articles, lists, shapes
from knowledge.content import LONGEST_ANSWER, Content
from knowledge.placing import Placing
from knowledge.richtext import to_html, to_text

blueprint = Blueprint("console_knowledge", url_prefix=PREFIX)

_PLACING = ("category_id", "audience", "channels", "tags", "valid_from", "valid_until")


class NewArticle(Body, kw_only=True, frozen=True):
    content: Content
    slug: str | None = None
    category_id: UUID | None = None
    audience: str = "public"
    channels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    comment: str | None = None


class ArticleChange(Body, kw_only=True, frozen=True):
    version: int
    content: Content | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    category_id: UUID | UnsetType | None = UNSET
    audience: str | UnsetType = UNSET
    channels: tuple[str, ...] | UnsetType = UNSET
    tags: tuple[str, ...] | UnsetType = UNSET
    valid_from: datetime | UnsetType | None = UNSET
    valid_until: datetime | UnsetType | None = UNSET
    comment: str | None = None


class Move(Body, kw_only=True, frozen=True):
    version: int
    to: str
    comment: str | None = None


class Restore(Body, kw_only=True, frozen=True):
    version: int
    number: int


class Preview(Body, kw_only=True, frozen=True):
    markdown: str


@blueprint.post("/knowledge/articles")
@agent_required(*EDITORS, body=NewArticle)
async def create_article(request: Request) -> HTTPResponse:
    given = body(request, NewArticle)
    placing = Placing(**{name: getattr(given, name) for name in _PLACING})

    async def work(tx: Tx) -> dict[str, Any]:
        async with unique(tx, "slug_taken", "slug"):
            row = await articles.create(
                tx,
                given.content,
                placing,
                agent_id=actor(request).id,
                slug=given.slug,
                comment=given.comment,
            )
        await audit(request, tx, "article.created", f"article:{row.id}", slug=row.slug)
        return await _whole(tx, row.id)

    return await change(request, work, 201)


@blueprint.get("/knowledge/articles/<article_id:str>")
@agent_required()
async def show_article(request: Request, article_id: str) -> HTTPResponse:
    """The newest words; for who may not edit 404 unless it is live, and then what readers see."""
    key = parse_id(article_id)
    async with context.db(request).reading() as tx:
        shown = await _whole(tx, key)
        if actor(request).role not in EDITORS:
            if shown["live"] is None:
                raise NotFound()
            content = await articles.content_of(tx, key, shown["live"])
            shown["content"] = msgspec.to_builtins(content)
    return answer(shown)


@blueprint.patch("/knowledge/articles/<article_id:str>")
@agent_required(*EDITORS, body=ArticleChange)
async def change_article(request: Request, article_id: str) -> HTTPResponse:
    """New words make a draft; readers see the old ones until it is published.  409 changed."""
    key, given = parse_id(article_id), body(request, ArticleChange)

    async def work(tx: Tx) -> dict[str, Any]:
        async with unique(tx, "slug_taken", "slug"):
            row = await articles.edit(
                tx,
                key,
                given.version,
                agent_id=actor(request).id,
                content=None if given.content is UNSET else given.content,
                placing=_placing(await articles.get(tx, key), given),
                slug=None if given.slug is UNSET else given.slug,
                comment=given.comment,
            )
        await audit(request, tx, "article.changed", f"article:{key}", number=row.latest, state=row.state)
        return await _whole(tx, key)

    return await change(request, work)


def _placing(row: Row, given: ArticleChange) -> Placing:
    """What the article has, with what was given in its place."""
    values = {name: getattr(row, name) for name in _PLACING}
    values |= {name: v for name in _PLACING if (v := getattr(given, name)) is not UNSET}
    return Placing(**values)


@blueprint.post("/knowledge/articles/<article_id:str>/move")
@agent_required(*EDITORS, body=Move)
async def move_article(request: Request, article_id: str) -> HTTPResponse:
    """to: review, draft, published, archived, dismissed.  409 wrong_state, changed; 422 without an answer."""
    key, given = parse_id(article_id), body(request, Move)

    async def work(tx: Tx) -> dict[str, Any]:
        row = await articles.move(
            tx, key, given.version, given.to, agent_id=actor(request).id, comment=given.comment
        )
        await audit(request, tx, "article.moved", f"article:{key}", to=row.state, number=row.latest)
        return await _whole(tx, key)

    return await change(request, work)


@blueprint.get("/knowledge/articles/<article_id:str>/versions")
@agent_required(*EDITORS)
async def list_versions(request: Request, article_id: str) -> HTTPResponse:
    """All versions with their words, the newest first: what a page needs to show differences."""
    key = parse_id(article_id)
    async with context.db(request).reading() as tx:
        await articles.get(tx, key)
        rows = await articles.versions(tx, key)
    items = [
        {"number": v.number, "content": v.content, "comment": v.comment, "author": v.author_name, "at": v.at}
        for v in rows
    ]
    return answer({"items": items})


@blueprint.post("/knowledge/articles/<article_id:str>/restore")
@agent_required(*EDITORS, body=Restore)
async def restore_version(request: Request, article_id: str) -> HTTPResponse:
    """The words of an earlier version as a new draft."""
    key, given = parse_id(article_id), body(request, Restore)

    async def work(tx: Tx) -> dict[str, Any]:
        await articles.restore(tx, key, given.version, given.number, agent_id=actor(request).id)
        await audit(request, tx, "article.restored", f"article:{key}", number=given.number)
        return await _whole(tx, key)

    return await change(request, work)


@blueprint.post("/knowledge/preview")
@agent_required(*EDITORS, body=Preview)
async def preview(request: Request) -> HTTPResponse:
    """{"html", "text"} of an answer, as readers will have it."""
    markdown = body(request, Preview).markdown
    if len(markdown) > LONGEST_ANSWER:
        raise Invalid("too_long", field="markdown")
    return answer({"html": to_html(markdown, image_address(request)), "text": to_text(markdown)})


async def _whole(tx: Tx, key: UUID) -> dict[str, Any]:
    row = await lists.one(tx, key)
    if row is None:
        raise NotFound()
    return shapes.whole(row)
