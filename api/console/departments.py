"""Departments: who works the tickets of which types."""

from __future__ import annotations

import re
from typing import Any

from msgspec import UNSET, UnsetType
from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.console.groups import Named, checked_words
from api.console.trail import ADMIN, PREFIX, audit
from api.guards import agent_required
from api.http import Body, answer, body, change
from core.db import Row, Tx
from core.errors import Invalid
from core.ids import parse_id
from tickets import departments
from tickets.states import TYPES

blueprint = Blueprint("console_departments", url_prefix=PREFIX)

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


class NewDepartment(Body, kw_only=True, frozen=True):
    name: Named
    email: str | None = None
    types: tuple[str, ...] = ()


class DepartmentChange(Body, kw_only=True, frozen=True):
    name: Named | UnsetType = UNSET
    email: str | UnsetType | None = UNSET
    types: tuple[str, ...] | UnsetType = UNSET


@blueprint.get("/departments")
@agent_required()
async def list_departments(request: Request) -> HTTPResponse:
    async with context.db(request).begin() as tx:
        return answer({"items": [_shown(row) for row in await departments.active(tx)]})


@blueprint.post("/departments")
@agent_required(*ADMIN, body=NewDepartment)
async def create_department(request: Request) -> HTTPResponse:
    values = _values(body(request, NewDepartment))

    async def work(tx: Tx) -> dict[str, Any]:
        row = await departments.create(tx, **values)
        await audit(request, tx, "department.created", f"department:{row.id}", **values)
        return _shown(row)

    return await change(request, work, 201)


@blueprint.patch("/departments/<department_id:str>")
@agent_required(*ADMIN, body=DepartmentChange)
async def change_department(request: Request, department_id: str) -> HTTPResponse:
    key, values = parse_id(department_id), _values(body(request, DepartmentChange))

    async def work(tx: Tx) -> dict[str, Any]:
        row = await departments.update(tx, key, **values)
        await audit(request, tx, "department.changed", f"department:{key}", **values)
        return _shown(row)

    return await change(request, work)


@blueprint.delete("/departments/<department_id:str>")
@agent_required(*ADMIN)
async def delete_department(request: Request, department_id: str) -> HTTPResponse:
    """It gets no more tickets; those it has keep it.  409 only_department while it alone takes a type."""
    key = parse_id(department_id)

    async def work(tx: Tx) -> dict[str, Any]:
        await departments.retire(tx, key)
        await audit(request, tx, "department.retired", f"department:{key}")
        return {}

    return await change(request, work)


def _values(given: NewDepartment | DepartmentChange) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if given.name is not UNSET:
        values["name"] = checked_words(given.name)
    if given.types is not UNSET:
        if set(given.types) - set(TYPES):
            raise Invalid("bad_choice", field="types")
        values["types"] = sorted(set(given.types), key=TYPES.index)
    if given.email is not UNSET:
        email = (given.email or "").strip()
        if email and not _EMAIL.fullmatch(email):
            raise Invalid("bad_email", field="email")
        values["email"] = email or None
    return values


def _shown(row: Row) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "email": row.email, "types": row.types}
