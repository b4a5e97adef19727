"""Opening the door: POST /sessions, and the one-time pass for a socket."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from sanic import Blueprint, HTTPResponse, Request

from api import context, views
from api.http import Body, answer, body, declare
from api.sockets import PASS_FOR, issue
from api.visitor import tokens
from api.visitor.door import check_origin, guest, visitor_required
from api.visitor.state import state_of
from core import identity_keys, uploads, visitors
from core import schema as s
from core.db import Tx
from core.errors import Conflict, Invalid, Unauthorised
from core.limits import Rate, enforce
from core.messages import MAX_TEXT
from handoff import merges

bp = Blueprint("visitor_sessions")

#: New sessions from one address.
SESSIONS = Rate("visitor_sessions", burst=60, per_s=0.5)
CHANNELS = ("web", "app")
LANGUAGES = ("zh", "zh-Hant", "en")


class Page(Body, kw_only=True, frozen=True):
    url: str = ""
    title: str = ""
    referrer: str = ""


class Device(Body, kw_only=True, frozen=True):
    user_agent: str = ""
    screen: str = ""
    time_zone: str = ""


class SessionBody(Body, kw_only=True, frozen=True):
    channel: str = "web"
    token: str | None = None
    identity: str | None = None
    language: str | None = None
    page: Page | None = None
    device: Device | None = None


@bp.post("/sessions")
@declare("public", body=SessionBody)
async def open_session(request: Request) -> HTTPResponse:
    """A token: for who was here before, for a customer that the shop vouches for, or for a stranger."""
    await check_origin(request)
    if not context.settings(request).is_local:  # there, everybody has one and the same address
        await enforce(context.limiter(request), request.remote_addr or request.ip, SESSIONS)
    asked = body(request, SessionBody)
    if asked.channel not in CHANNELS:
        raise Invalid("no_such_channel", field="channel")
    known = _known(request, asked)
    vouched = await _vouched(request, asked)
    external_id = vouched[0] if vouched else known or tokens.stranger()
    language = asked.language if asked.language in LANGUAGES else None

    async def work(tx: Tx) -> dict[str, Any]:
        identity = await visitors.resolve(
            tx,
            asked.channel,
            "default",
            external_id,
            name=vouched[1] if vouched else None,
            language=language,
            verified=vouched is not None,
        )
        visitor_id: UUID = identity.visitor_id
        if vouched and known:
            await _join(tx, asked.channel, known, visitor_id)
        await note_traits(tx, visitor_id, asked.page, asked.device, language, vouched[1] if vouched else None)
        visitor = await visitors.get(tx, visitor_id)
        return {
            "visitor_id": visitor.id,
            "cursor": visitor.seq,
            "language": language or visitor.language or "zh",
            "state": await state_of(request.app, tx, visitor.id),
        }

    found = await context.db(request).retrying(work)
    claims = tokens.Claims(asked.channel, external_id)
    key = context.settings(request).secret_key.reveal()
    token, ends = tokens.issue(key, claims, context.db(request).clock.now())
    return answer(
        {
            "token": token,
            "expires_at": ends,
            "widget": await views.widget_for_visitors(request.app),
            "limits": {"text": MAX_TEXT, "upload_bytes": uploads.MAX_BYTES, "mime": list(uploads.TYPES)},
            **found,
        }
    )


@bp.get("/widget")
@declare("public")
async def look(request: Request) -> HTTPResponse:
    """How the launcher looks before anybody has a session; reads settings only, makes nobody a visitor."""
    await check_origin(request)
    return answer({"widget": await views.widget_for_visitors(request.app)})


def _known(request: Request, asked: SessionBody) -> str | None:
    """Who the old token names.  A bad one makes a stranger, never an error: the visitor cannot help it."""
    if not asked.token:
        return None
    now = context.db(request).clock.now()
    key = context.settings(request).secret_key.reveal()
    try:
        claims = tokens.read(key, asked.token, now, grace=tokens.RENEWABLE_FOR)
    except Unauthorised:
        return None
    return claims.external_id if claims.channel == asked.channel else None


async def _vouched(request: Request, asked: SessionBody) -> tuple[str, str | None] | None:
    if not asked.identity:
        return None
    async with context.db(request).begin() as tx:
        keys = await identity_keys.live(tx)
    try:
        return tokens.read_identity(keys, asked.identity, context.db(request).clock.now())
    except Unauthorised:
        return None


async def _join(tx: Tx, channel: str, known: str, visitor_id: UUID) -> None:
    """Who chatted as a stranger and then logged in at the shop is one person: the histories become one."""
    if not known.startswith("anon:"):
        return
    i = s.identity.c
    stranger_id = await tx.value(
        sa.select(i.visitor_id).where(i.channel == channel, i.account == "default", i.external_id == known)
    )
    if stranger_id is None or stranger_id == visitor_id:
        return
    spoke = await tx.value(sa.select(s.visitor.c.position).where(s.visitor.c.id == stranger_id))
    if spoke:
        try:
            async with tx.savepoint():
                await merges.merge(tx, visitor_id, stranger_id)
        except Conflict:
            return  # both in service, or merged already: a person decides


async def note_traits(
    tx: Tx, visitor_id: UUID, page: Page | None, device: Device | None, language: str | None, name: str | None
) -> None:
    """What the visitor's program tells of itself; bounded, since anybody can send anything."""
    traits: dict[str, Any] = {}
    if page is not None:
        traits["page"] = {"url": _web(page.url), "title": page.title[:300], "at": tx.now.isoformat()}
        if page.referrer:
            traits["referrer"] = _web(page.referrer)
    if device is not None:
        traits["device"] = {"user_agent": device.user_agent[:400], "screen": device.screen[:20]}
        traits["time_zone"] = device.time_zone[:60]
    v = s.visitor.c
    values: dict[str, Any] = {"last_seen_at": tx.now}
    if traits:
        values["traits"] = v.traits.op("||")(sa.cast(traits, s.visitor.c.traits.type))
    if language:
        values["language"] = language
    if name:
        values["name"] = name
    await tx.run(s.visitor.update().where(v.id == visitor_id).values(**values))


def _web(url: str) -> str:
    """An address that is safe to show as a link; empty otherwise."""
    return url[:1000] if urlsplit(url[:1000]).scheme in ("http", "https") else ""


@bp.post("/socket-ticket")
@visitor_required
async def socket_ticket(request: Request) -> HTTPResponse:
    who = guest(request)
    async with context.db(request).single() as tx:
        data = {"channel": who.channel, "external_id": who.external_id}
        ticket = await issue(tx, f"visitor:{who.identity_id}", data)
    return answer({"ticket": ticket, "expires_in_s": int(PASS_FOR.total_seconds())})


@bp.get("/state")
@visitor_required
async def show_state(request: Request) -> HTTPResponse:
    async with context.db(request).begin() as tx:
        return answer(await state_of(request.app, tx, guest(request).visitor_id))
