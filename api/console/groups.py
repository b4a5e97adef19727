"""Groups of agents: whom a conversation waits for, and how it is given out among them."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import UNSET, UnsetType
from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.console.trail import ADMIN, PREFIX, audit, unique
from api.guards import agent_required
from api.http import Body, answer, body, change
from core import schema as s
from core.db import Row, Tx
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id, parse_id
from handoff.assignment import STRATEGIES
from handoff.schema import queue_entry

blueprint = Blueprint("console_groups", url_prefix=PREFIX)

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Named(Body, kw_only=True, frozen=True):
    zh: str
    en: str


class NewGroup(Body, kw_only=True, frozen=True):
    slug: str
    name: Named
    strategy: str = "least_loaded"
    familiar_first: bool = True


class GroupChange(Body, kw_only=True, frozen=True):
    slug: str | UnsetType = UNSET
    name: Named | UnsetType = UNSET
    strategy: str | UnsetType = UNSET
    familiar_first: bool | UnsetType = UNSET


@blueprint.get("/groups")
@agent_required()
async def list_groups(request: Request) -> HTTPResponse:
    async with context.db(request).begin() as tx:
        rows = await tx.all(_groups().order_by(s.group.c.created_at, s.group.c.id))
    return answer({"items": [_shown(row) for row in rows]})


@blueprint.post("/groups")
@agent_required(*ADMIN, body=NewGroup)
async def create_group(request: Request) -> HTTPResponse:
    given = body(request, NewGroup)
    values = _values(given)

    async def work(tx: Tx) -> dict[str, Any]:
        group_id = new_id()
        async with unique(tx, "slug_taken", "slug"):
            await tx.run(s.group.insert().values(id=group_id, created_at=tx.now, **values))
        await audit(request, tx, "group.created", f"group:{group_id}", slug=given.slug)
        return await _one(tx, group_id)

    return await change(request, work, 201)


@blueprint.patch("/groups/<group_id:str>")
@agent_required(*ADMIN, body=GroupChange)
async def change_group(request: Request, group_id: str) -> HTTPResponse:
    key, values = parse_id(group_id), _values(body(request, GroupChange))

    async def work(tx: Tx) -> dict[str, Any]:
        await _one(tx, key)
        if values:
            async with unique(tx, "slug_taken", "slug"):
                await tx.run(s.group.update().where(s.group.c.id == key).values(**values))
        await audit(request, tx, "group.changed", f"group:{key}", **values)
        tx.hint("queue")
        return await _one(tx, key)

    return await change(request, work)


@blueprint.delete("/groups/<group_id:str>")
@agent_required(*ADMIN)
async def delete_group(request: Request, group_id: str) -> HTTPResponse:
    """409 in_use while somebody waits for it; what is over keeps its events, which name the group."""
    key = parse_id(group_id)

    async def work(tx: Tx) -> dict[str, Any]:
        shown = await _one(tx, key)
        q, c = queue_entry.c, s.conversation.c
        waiting = sa.select(sa.func.count()).where(q.group_id == key, q.state == "waiting")
        if await tx.value(waiting):
            raise Conflict("in_use")
        await tx.run(s.conversation.update().where(c.group_id == key).values(group_id=None))
        await tx.run(queue_entry.update().where(q.group_id == key).values(group_id=None))
        await tx.run(s.group.delete().where(s.group.c.id == key))
        await audit(request, tx, "group.deleted", f"group:{key}", slug=shown["slug"])
        tx.hint("queue", "presence")
        return {}

    return await change(request, work)


def checked_words(words: Named, field: str = "name", longest: int = 60) -> dict[str, str]:
    """A name in both languages, neither empty."""
    for language, text in (("zh", words.zh), ("en", words.en)):
        if not text.strip():
            raise Invalid("required", field=f"{field}.{language}")
        if len(text) > longest:
            raise Invalid("too_long", field=f"{field}.{language}")
    return {"zh": words.zh.strip(), "en": words.en.strip()}


def _values(given: NewGroup | GroupChange) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if given.slug is not UNSET:
        if not _SLUG.fullmatch(given.slug):
            raise Invalid("bad_slug", field="slug")
        values["slug"] = given.slug
    if given.name is not UNSET:
        values["name"] = checked_words(given.name)
    if given.strategy is not UNSET:
        if given.strategy not in STRATEGIES:
            raise Invalid("bad_choice", field="strategy")
        values["strategy"] = given.strategy
    if given.familiar_first is not UNSET:
        values["familiar_first"] = given.familiar_first
    return values


def _groups() -> sa.Select[Any]:
    member = s.group_member.c
    count = sa.select(sa.func.count()).where(member.group_id == s.group.c.id).scalar_subquery()
    return sa.select(s.group, count.label("members"))


async def _one(tx: Tx, group_id: UUID) -> dict[str, Any]:
    row = await tx.one(_groups().where(s.group.c.id == group_id))
    if row is None:
        raise NotFound()
    return _shown(row)


def _shown(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "slug": row.slug,
        "name": row.name,
        "strategy": row.strategy,
        "familiar_first": row.familiar_first,
        "members": row.members,
    }
