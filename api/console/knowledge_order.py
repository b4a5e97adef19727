"""The order of the knowledge base, categories and synonyms, and what readers said of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType
from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.console.groups import Named, checked_words
from api.console.trail import PREFIX, audit, dump_cursor, load_cursor
from api.guards import agent_required
from api.http import Body, answer, body, change, query_int, query_text
from api.knowledge import EDITORS
from core.db import Row, Tx
from core.ids import parse_id
from knowledge import categories, feedback, synonyms

blueprint = Blueprint("console_knowledge_order", url_prefix=PREFIX)


class NewCategory(Body, kw_only=True, frozen=True):
    name: Named
    parent_id: UUID | None = None
    position: int = 0


class CategoryChange(Body, kw_only=True, frozen=True):
    name: Named | UnsetType = UNSET
    parent_id: UUID | UnsetType | None = UNSET
    position: int | UnsetType = UNSET


class Words(Body, kw_only=True, frozen=True):
    words: tuple[str, ...]


@blueprint.get("/knowledge/categories")
@agent_required()
async def list_categories(request: Request) -> HTTPResponse:
    async with context.db(request).reading() as tx:
        rows = await categories.all_of_them(tx)
    return answer({"items": [{**_category(row), "live": row.live} for row in rows]})


@blueprint.post("/knowledge/categories")
@agent_required(*EDITORS, body=NewCategory)
async def create_category(request: Request) -> HTTPResponse:
    given = body(request, NewCategory)
    name = checked_words(given.name)

    async def work(tx: Tx) -> dict[str, Any]:
        row = await categories.create(tx, name, given.parent_id, given.position)
        await audit(request, tx, "article_category.created", f"article_category:{row.id}", name=name)
        return _category(row)

    return await change(request, work, 201)


@blueprint.patch("/knowledge/categories/<category_id:str>")
@agent_required(*EDITORS, body=CategoryChange)
async def change_category(request: Request, category_id: str) -> HTTPResponse:
    key, given = parse_id(category_id), body(request, CategoryChange)
    values: dict[str, Any] = {} if given.name is UNSET else {"name": checked_words(given.name)}
    values |= {
        name: value for name in ("parent_id", "position") if (value := getattr(given, name)) is not UNSET
    }

    async def work(tx: Tx) -> dict[str, Any]:
        row = await categories.update(tx, key, **values)
        await audit(request, tx, "article_category.changed", f"article_category:{key}", **values)
        return _category(row)

    return await change(request, work)


@blueprint.delete("/knowledge/categories/<category_id:str>")
@agent_required(*EDITORS)
async def delete_category(request: Request, category_id: str) -> HTTPResponse:
    """Its articles stay, without one; 409 in_use while it has categories below it."""
    key = parse_id(category_id)

    async def work(tx: Tx) -> dict[str, Any]:
        row = await categories.remove(tx, key)
        await audit(request, tx, "article_category.deleted", f"article_category:{key}", name=row.name)
        return {}

    return await change(request, work)


def _category(row: Row) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "parent_id": row.parent_id, "position": row.position}


@blueprint.get("/knowledge/synonyms")
@agent_required(*EDITORS)
async def list_synonyms(request: Request) -> HTTPResponse:
    async with context.db(request).reading() as tx:
        rows = await synonyms.all_of_them(tx)
    return answer({"items": [_set(row) for row in rows]})


@blueprint.post("/knowledge/synonyms")
@agent_required(*EDITORS, body=Words)
async def create_synonyms(request: Request) -> HTTPResponse:
    words = body(request, Words).words

    async def work(tx: Tx) -> dict[str, Any]:
        row = await synonyms.create(tx, words)
        await audit(request, tx, "synonyms.created", f"synonyms:{row.id}", words=row.words)
        return _set(row)

    return await change(request, work, 201)


@blueprint.put("/knowledge/synonyms/<set_id:str>")
@agent_required(*EDITORS, body=Words)
async def change_synonyms(request: Request, set_id: str) -> HTTPResponse:
    key, words = parse_id(set_id), body(request, Words).words

    async def work(tx: Tx) -> dict[str, Any]:
        row = await synonyms.update(tx, key, words)
        await audit(request, tx, "synonyms.changed", f"synonyms:{key}", words=row.words)
        return _set(row)

    return await change(request, work)


@blueprint.delete("/knowledge/synonyms/<set_id:str>")
@agent_required(*EDITORS)
async def delete_synonyms(request: Request, set_id: str) -> HTTPResponse:
    key = parse_id(set_id)

    async def work(tx: Tx) -> dict[str, Any]:
        row = await synonyms.remove(tx, key)
        await audit(request, tx, "synonyms.deleted", f"synonyms:{key}", words=row.words)
        return {}

    return await change(request, work)


def _set(row: Row) -> dict[str, Any]:
    return {"id": row.id, "words": row.words}


@blueprint.get("/knowledge/feedback")
@agent_required(*EDITORS)
async def list_feedback(request: Request) -> HTTPResponse:
    """?article_id=&helpful=0|1&cursor=&limit=, the newest first."""
    limit = query_int(request, "limit", 50, 1, 200)
    article_id = query_text(request, "article_id")
    async with context.db(request).reading() as tx:
        rows = await feedback.page(
            tx,
            article_id=parse_id(article_id, "article_id") if article_id else None,
            helpful={"1": True, "0": False}.get(query_text(request, "helpful")),
            after=load_cursor(query_text(request, "cursor", longest=300)),
            limit=limit + 1,
        )
    last = rows[limit - 1] if len(rows) > limit else None
    items = [
        {
            "article_id": row.article_id,
            "slug": row.slug,
            "helpful": row.helpful,
            "reason": row.reason,
            "comment": row.comment,
            "place": row.place,
            "language": row.language,
            "conversation_id": row.conversation_id,
            "at": row.at,
        }
        for row in rows[:limit]
    ]
    return answer({"items": items, "next": dump_cursor(last.at, last.id) if last else None})
