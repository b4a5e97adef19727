"""Signing in and out, and what people set for themselves."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from sanic import Blueprint, HTTPResponse, Request

from api import context, people
from api.console.trail import PREFIX, audit
from api.guards import actor, agent_required, check_origin, cookie_name, set_cookie
from api.http import Body, answer, body, change, declare
from core import agents, events, logins
from core import schema as s
from core.db import Row, Tx
from core.errors import Invalid, NotFound, Unauthorised
from core.limits import Rate, enforce
from handoff import presence

blueprint = Blueprint("console_session", url_prefix=PREFIX)
log = structlog.get_logger(__name__)

#: One guesser on one name, one guesser on many names, many guessers on one name.
BY_NAME_AND_ADDRESS = Rate("login", burst=6, per_s=1 / 20)
BY_ADDRESS = Rate("login_address", burst=60, per_s=1 / 2)
BY_NAME = Rate("login_name", burst=60, per_s=1 / 6)


class Credentials(Body, kw_only=True, frozen=True):
    username: str
    password: str


class NewPassword(Body, kw_only=True, frozen=True):
    current: str
    new: str


class Profile(Body, kw_only=True, frozen=True):
    name: str | None = None
    avatar_blob_id: UUID | None = None
    language: str | None = None


class Availability(Body, kw_only=True, frozen=True):
    availability: str


@blueprint.post("/login")
@declare("login", body=Credentials)
async def login(request: Request) -> HTTPResponse:
    """A new session for the right password.  401 bad_credentials, 429 too_many_attempts."""
    check_origin(request)
    given = body(request, Credentials)
    await _slow_down(request, given.username.strip().lower()[: agents.LONGEST_PASSWORD])
    async with context.db(request).begin() as tx:
        row = await _account(tx, given.username)
    known = row.password_hash if row is not None else None
    right = await agents.matches(known, given.password[: agents.LONGEST_PASSWORD + 1])
    if not right or row is None:
        log.info("login.refused", address=request.ip)
        raise Unauthorised("bad_credentials")
    async with context.db(request).begin() as tx:
        still = await _account(tx, given.username)
        if still is None or still.password_hash != known:  # changed or disabled while we were hashing
            raise Unauthorised("bad_credentials")
        if old := request.cookies.get(cookie_name(request)):
            await logins.close(tx, logins.hash_of(old))
        opened = await logins.open(tx, row.id)
        await events.audit(
            tx, f"agent:{row.id}", "session.opened", f"agent:{row.id}", request_id=request.ctx.request_id
        )
        shown = {"me": await people.me(tx, context.links(request), row.id), "csrf": opened.csrf}
    response = answer(shown)
    set_cookie(request, response, opened.token)
    return response


async def _slow_down(request: Request, name: str) -> None:
    address = request.remote_addr or request.ip
    for key, rate in (
        (f"{address}|{name}", BY_NAME_AND_ADDRESS),
        (address, BY_ADDRESS),
        (name, BY_NAME),
    ):
        await enforce(context.limiter(request), key, rate, code="too_many_attempts", without_limiter="closed")


async def _account(tx: Tx, username: str) -> Row | None:
    a = s.agent.c
    try:
        name = agents.checked_username(username)
    except Invalid:
        return None
    return await tx.one(sa.select(s.agent).where(a.username == name, a.disabled_at.is_(None)))


@blueprint.post("/logout")
@agent_required()
async def logout(request: Request) -> HTTPResponse:
    """End this session.  Whoever has no other one open is offline from now on."""
    agent_id = actor(request).id

    async def work(tx: Tx) -> dict[str, Any]:
        await logins.close(tx, request.ctx.session.token_hash)
        others = sa.select(sa.func.count()).where(
            s.login.c.agent_id == agent_id, s.login.c.used_at > tx.now - logins.IDLE
        )
        if not await tx.value(others):
            await presence.choose(tx, agent_id, "offline")
        await audit(request, tx, "session.closed", f"agent:{agent_id}")
        tx.hint(f"agent:{agent_id}")
        return {}

    response = answer(await context.db(request).retrying(work))
    set_cookie(request, response, "")
    return response


@blueprint.get("/me")
@agent_required()
async def show_me(request: Request) -> HTTPResponse:
    async with context.db(request).begin() as tx:
        shown = await people.me(tx, context.links(request), actor(request).id)
    settings = context.settings(request)
    return answer(
        {
            "me": shown,
            "csrf": request.ctx.session.csrf,
            "insecure": not (settings.is_https or settings.is_local),
            "bot": request.app.ctx.bot_status(),
            "version": release(),
        }
    )


def release() -> str:
    try:
        return version("keting")
    except PackageNotFoundError:
        return "0"


@blueprint.post("/me/password")
@agent_required(body=NewPassword)
async def change_password(request: Request) -> HTTPResponse:
    """Needs the present one; all other sessions end."""
    given, me = body(request, NewPassword), actor(request)
    agents.check_password(given.new, "new")
    await _slow_down(request, me.username)
    async with context.db(request).begin() as tx:
        known = (await agents.get(tx, me.id)).password_hash
    if not await agents.matches(known, given.current[: agents.LONGEST_PASSWORD + 1]):
        raise Invalid("wrong_password", field="current")
    hashed = await agents.hash_password(given.new)

    async def work(tx: Tx) -> dict[str, Any]:
        await agents.update(tx, me.id, password_hash=hashed)
        await logins.close_all(tx, me.id, but=request.ctx.session.token_hash)
        await audit(request, tx, "agent.password_changed", f"agent:{me.id}")
        return {}

    return answer(await context.db(request).retrying(work))


@blueprint.patch("/me")
@agent_required(body=Profile)
async def change_profile(request: Request) -> HTTPResponse:
    given, me = body(request, Profile), actor(request)
    values: dict[str, Any] = {}
    if given.name is not None:
        values["name"] = checked_name(given.name)
    if given.language is not None:
        values["language"] = checked_language(given.language)

    async def work(tx: Tx) -> dict[str, Any]:
        if given.avatar_blob_id is not None:
            await check_avatar(tx, given.avatar_blob_id)
            values["avatar_blob_id"] = given.avatar_blob_id
        if values:
            await agents.update(tx, me.id, **values)
        await audit(request, tx, "agent.profile_changed", f"agent:{me.id}", changed=sorted(values))
        return await people.me(tx, context.links(request), me.id)

    return await change(request, work)


@blueprint.post("/me/availability")
@agent_required("agent", "supervisor", "admin", body=Availability)
async def change_availability(request: Request) -> HTTPResponse:
    given, me = body(request, Availability), actor(request)
    if given.availability not in presence.AVAILABILITIES:
        raise Invalid("bad_choice", field="availability")

    async def work(tx: Tx) -> dict[str, Any]:
        await presence.choose(tx, me.id, given.availability)
        await audit(request, tx, "agent.availability_chosen", f"agent:{me.id}", value=given.availability)
        return await people.me(tx, context.links(request), me.id)

    return await change(request, work)


def checked_name(raw: str) -> str:
    name = " ".join(raw.split())
    if not name:
        raise Invalid("required", field="name")
    if len(name) > 40:
        raise Invalid("too_long", field="name")
    return name


def checked_language(raw: str | None) -> str | None:
    if raw is not None and raw not in agents.LANGUAGES:
        raise Invalid("bad_choice", field="language")
    return raw


async def check_avatar(tx: Tx, blob_id: UUID) -> None:
    """A face is a picture that somebody of the house uploaded."""
    b = s.blob.c
    known = sa.select(b.id).where(b.id == blob_id, b.agent_id.is_not(None), b.mime.startswith("image/"))
    if await tx.value(known) is None:
        raise NotFound("no_such_file", field="avatar_blob_id")
