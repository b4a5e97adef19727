"""Canned replies: everybody of the house reads them, administrators write them."""

from __future__ import annotations

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
from core.errors import Invalid, NotFound
from core.ids import new_id, parse_id

blueprint = Blueprint("console_canned", url_prefix=PREFIX)


class Reply(Body, kw_only=True, frozen=True):
    """One language may be left empty; the console then offers the other."""

    zh: str = ""
    en: str = ""


class NewCanned(Body, kw_only=True, frozen=True):
    shortcut: str
    title: str
    text: Reply
    group_id: UUID | None = None


class CannedChange(Body, kw_only=True, frozen=True):
    shortcut: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    text: Reply | UnsetType = UNSET
    group_id: UUID | UnsetType | None = UNSET


@blueprint.get("/canned")
@agent_required()
async def list_canned(request: Request) -> HTTPResponse:
    async with context.db(request).begin() as tx:
        rows = await tx.all(sa.select(s.canned_reply).order_by(s.canned_reply.c.shortcut))
    return answer({"items": [_shown(row) for row in rows]})


@blueprint.post("/canned")
@agent_required(*ADMIN, body=NewCanned)
async def create_canned(request: Request) -> HTTPResponse:
    values = _values(body(request, NewCanned))

    async def work(tx: Tx) -> dict[str, Any]:
        await _check_group(tx, values)
        async with unique(tx, "shortcut_taken", "shortcut"):
            row = (
                await tx.run(
                    s.canned_reply.insert()
                    .values(id=new_id(), updated_at=tx.now, **values)
                    .returning(s.canned_reply)
                )
            ).one()
        await audit(request, tx, "canned.created", f"canned:{row.id}", shortcut=row.shortcut)
        return _shown(row)

    return await change(request, work, 201)


@blueprint.patch("/canned/<canned_id:str>")
@agent_required(*ADMIN, body=CannedChange)
async def change_canned(request: Request, canned_id: str) -> HTTPResponse:
    key, values = parse_id(canned_id), _values(body(request, CannedChange))

    async def work(tx: Tx) -> dict[str, Any]:
        await _check_group(tx, values)
        async with unique(tx, "shortcut_taken", "shortcut"):
            row = await tx.one(
                s.canned_reply.update()
                .where(s.canned_reply.c.id == key)
                .values(updated_at=tx.now, **values)
                .returning(s.canned_reply)
            )
        if row is None:
            raise NotFound()
        await audit(request, tx, "canned.changed", f"canned:{key}", changed=sorted(values))
        return _shown(row)

    return await change(request, work)


@blueprint.delete("/canned/<canned_id:str>")
@agent_required(*ADMIN)
async def delete_canned(request: Request, canned_id: str) -> HTTPResponse:
    key = parse_id(canned_id)

    async def work(tx: Tx) -> dict[str, Any]:
        gone = await tx.one(
            s.canned_reply.delete().where(s.canned_reply.c.id == key).returning(s.canned_reply.c.shortcut)
        )
        if gone is None:
            raise NotFound()
        await audit(request, tx, "canned.deleted", f"canned:{key}", shortcut=gone.shortcut)
        return {}

    return await change(request, work)


async def _check_group(tx: Tx, values: dict[str, Any]) -> None:
    if values.get("group_id") is None:
        return
    if await tx.value(sa.select(s.group.c.id).where(s.group.c.id == values["group_id"])) is None:
        raise Invalid("no_such_group", field="group_id")


def _values(given: NewCanned | CannedChange) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if given.shortcut is not UNSET:
        values["shortcut"] = _line(given.shortcut.strip().lstrip("/"), "shortcut", 40)
    if given.title is not UNSET:
        values["title"] = _line(given.title.strip(), "title", 80)
    if given.text is not UNSET:
        longest = max(len(given.text.zh), len(given.text.en))
        if not (given.text.zh.strip() or given.text.en.strip()):
            raise Invalid("required", field="text")
        if longest > 2000:
            raise Invalid("too_long", field="text")
        values["text"] = {"zh": given.text.zh, "en": given.text.en}
    if given.group_id is not UNSET:
        values["group_id"] = given.group_id
    return values


def _line(text: str, field: str, longest: int) -> str:
    if not text:
        raise Invalid("required", field=field)
    if len(text) > longest:
        raise Invalid("too_long", field=field)
    return text


def _shown(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "shortcut": row.shortcut,
        "title": row.title,
        "text": row.text,
        "group_id": row.group_id,
    }
