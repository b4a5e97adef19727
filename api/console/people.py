"""Accounts of the house (administrators), and who could take a conversation (everybody)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.console.session import check_avatar, checked_language, checked_name
from api.console.trail import ADMIN, PREFIX, READERS, audit, unique
from api.guards import actor, agent_required
from api.http import Body, answer, body, change
from api.people import avatar, roster
from core import agents, logins
from core.agents import LARGEST_CAPACITY
from core.db import Row, Tx
from core.errors import Conflict, Invalid
from core.ids import parse_id
from handoff import presence

blueprint = Blueprint("console_people", url_prefix=PREFIX)


class NewPerson(Body, kw_only=True, frozen=True):
    username: str
    password: str
    role: str
    name: str = ""
    capacity: int = 5
    language: str | None = None
    groups: tuple[UUID, ...] = ()
    avatar_blob_id: UUID | None = None


class PersonChange(Body, kw_only=True, frozen=True):
    """Only what is given changes."""

    username: str | UnsetType = UNSET
    password: str | UnsetType | None = UNSET
    role: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    capacity: int | UnsetType = UNSET
    language: str | UnsetType | None = UNSET
    groups: tuple[UUID, ...] | UnsetType = UNSET
    avatar_blob_id: UUID | UnsetType | None = UNSET
    disabled: bool | UnsetType = UNSET


@blueprint.get("/agents")
@agent_required()
async def list_agents(request: Request) -> HTTPResponse:
    async with context.db(request).begin() as tx:
        return answer({"items": await roster(tx, context.links(request))})


@blueprint.get("/people")
@agent_required(*READERS)
async def list_people(request: Request) -> HTTPResponse:
    async with context.db(request).begin() as tx:
        rows = await agents.everyone(tx)
    return answer({"items": [_shown(request, row) for row in rows]})


@blueprint.post("/people")
@agent_required(*ADMIN, body=NewPerson)
async def create_person(request: Request) -> HTTPResponse:
    given = body(request, NewPerson)
    agents.check_password(given.password)
    name = checked_name(given.name or given.username)
    capacity, language = checked_capacity(given.capacity), checked_language(given.language)
    hashed = await agents.hash_password(given.password)

    async def work(tx: Tx) -> dict[str, Any]:
        if given.avatar_blob_id is not None:
            await check_avatar(tx, given.avatar_blob_id)
        row = await agents.create(
            tx,
            username=given.username,
            password_hash=hashed,
            role=given.role,
            name=name,
            avatar_blob_id=given.avatar_blob_id,
            capacity=capacity,
            language=language,
        )
        await agents.set_groups(tx, row.id, list(given.groups))
        await audit(request, tx, "agent.created", f"agent:{row.id}", username=row.username, role=row.role)
        tx.hint("presence")
        return await _one(request, tx, row.id)

    return await change(request, work, 201)


@blueprint.patch("/people/<person_id:str>")
@agent_required(*ADMIN, body=PersonChange)
async def change_person(request: Request, person_id: str) -> HTTPResponse:
    agent_id, given = parse_id(person_id), body(request, PersonChange)
    if given.disabled is True and agent_id == actor(request).id:
        raise Conflict("not_yourself", field="disabled")
    values = _values(given)
    if isinstance(given.password, str) and given.password:
        agents.check_password(given.password)
        values["password_hash"] = await agents.hash_password(given.password)

    async def work(tx: Tx) -> dict[str, Any]:
        before = await agents.get(tx, agent_id, lock=True)
        await _apply(tx, before, given, dict(values))
        changed = sorted(key for key in msgspec.structs.asdict(given) if getattr(given, key) is not UNSET)
        await audit(request, tx, "agent.changed", f"agent:{agent_id}", changed=changed)
        return await _one(request, tx, agent_id)

    return await change(request, work)


def _values(given: PersonChange) -> dict[str, Any]:
    """Columns to set, checked."""
    values: dict[str, Any] = {}
    if given.username is not UNSET:
        values["username"] = agents.checked_username(given.username)
    if given.name is not UNSET:
        values["name"] = checked_name(given.name)
    if given.role is not UNSET:
        values["role"] = given.role
    if given.capacity is not UNSET:
        values["capacity"] = checked_capacity(given.capacity)
    if given.language is not UNSET:
        values["language"] = checked_language(given.language)
    return values


async def _apply(tx: Tx, before: Row, given: PersonChange, values: dict[str, Any]) -> None:
    if given.avatar_blob_id is not UNSET:
        if given.avatar_blob_id is not None and given.avatar_blob_id != before.avatar_blob_id:
            await check_avatar(tx, given.avatar_blob_id)
        values["avatar_blob_id"] = given.avatar_blob_id
    if given.disabled is not UNSET and given.disabled != (before.disabled_at is not None):
        values["disabled_at"] = tx.now if given.disabled else None
    leaves = given.disabled is True or values.get("role", "agent") not in presence.SERVING
    if leaves and before.availability != "offline":
        await presence.choose(tx, before.id, "offline")
    if values:
        async with unique(tx, "username_taken", "username"):
            await agents.update(tx, before.id, **values)
    if given.groups is not UNSET:
        await agents.set_groups(tx, before.id, list(given.groups))
    if given.disabled is True or "password_hash" in values or values.get("role", before.role) != before.role:
        await logins.close_all(tx, before.id)


def checked_capacity(capacity: int) -> int:
    if not 0 <= capacity <= LARGEST_CAPACITY:
        raise Invalid("out_of_range", field="capacity")
    return capacity


async def _one(request: Request, tx: Tx, agent_id: UUID) -> dict[str, Any]:
    return next(_shown(request, row) for row in await agents.everyone(tx) if row.id == agent_id)


def _shown(request: Request, row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "username": row.username,
        "name": row.name,
        "role": row.role,
        "capacity": row.capacity,
        "language": row.language,
        "groups": row.group_ids,
        "disabled": row.disabled_at is not None,
        "avatar": avatar(context.links(request), row.avatar_blob_id),
        "avatar_blob_id": row.avatar_blob_id,
        "last_seen_at": row.last_seen_at,
    }
