"""The visitors' door: origin on the allow-list, bearer token, and the CORS headers that go with them."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sanic import HTTPResponse, Request
from sanic.response import BaseHTTPResponse, empty

from api import context
from api.guards import is_own_origin
from api.rules import Rule, attach
from api.visitor import tokens
from core import schema as s
from core.db import Tx
from core.errors import Forbidden, Unauthorised
from core.limits import Rate, enforce
from core.settings_store import Widget

#: Calls of one visitor over HTTP.
CALLS = Rate("visitor_calls", burst=120, per_s=4)


@dataclass(frozen=True)
class Guest:
    """The visitor who calls, by the identity that the token names."""

    visitor_id: UUID
    identity_id: UUID
    channel: str
    external_id: str
    name: str | None
    language: str | None


def guest(request: Request) -> Guest:
    """Who calls, behind visitor_required."""
    found: Guest = request.ctx.guest
    return found


async def origin_allowed(request: Request) -> bool:
    """Pages of ours and of the allow-list may call; programs, which send no Origin, may too."""
    origin = request.headers.get("origin")
    if origin is None:
        return True
    if is_own_origin(request, origin):
        return True
    widget = await context.store(request).get(Widget)
    return origin in widget.origins


async def check_origin(request: Request) -> None:
    if not await origin_allowed(request):
        raise Forbidden("origin_not_allowed")
    request.ctx.cors = request.headers.get("origin")


async def preflight(request: Request, **_: Any) -> HTTPResponse:
    await check_origin(request)
    return empty()


async def add_cors(request: Request, response: BaseHTTPResponse) -> None:
    """Only what check_origin let in gets the headers; a refused page learns nothing."""
    response.headers.setdefault("Vary", "Origin")
    origin = getattr(request.ctx, "cors", None)
    if origin is None:
        return
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "Retry-After, X-Request-ID"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Accept-Language"
        response.headers["Access-Control-Max-Age"] = "600"


def visitor_required(
    handler: Callable[..., Awaitable[HTTPResponse]] | None = None,
    *,
    body: type | None = None,
) -> Callable[..., Any]:
    """Only visitors with a valid token may call the route; the handler finds request.ctx.guest."""

    def decorate(handler: Callable[..., Awaitable[HTTPResponse]]) -> Callable[..., Awaitable[HTTPResponse]]:
        @functools.wraps(handler)
        async def guarded(request: Request, *args: Any, **kwargs: Any) -> HTTPResponse:
            await check_origin(request)
            claims = claims_of(request)
            await enforce(context.limiter(request), claims.external_id, CALLS)
            async with context.db(request).reading() as tx:
                found = await find(tx, claims)
            if found is None:
                raise Unauthorised("unknown_visitor")
            request.ctx.guest = found
            request.ctx.language = found.language
            return await handler(request, *args, **kwargs)

        return attach(guarded, Rule("visitor", body=body))

    return decorate if handler is None else decorate(handler)


def claims_of(request: Request) -> tokens.Claims:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Unauthorised()
    now = context.db(request).clock.now()
    return tokens.read(context.settings(request).secret_key.reveal(), token.strip(), now)


async def find(tx: Tx, claims: tokens.Claims) -> Guest | None:
    """The guest behind the claims.  The identity's visitor is followed, so a merge needs no new token."""
    row = (await tx.run(_FIND, {"channel": claims.channel, "external_id": claims.external_id})).first()
    if row is None:
        return None
    return Guest(row.visitor_id, row.id, claims.channel, claims.external_id, row.name, row.language)


_i, _v = s.identity.c, s.visitor.c
_FIND = (
    sa.select(_i.id, _i.visitor_id, _v.name, _v.language)
    .join(s.visitor, _v.id == _i.visitor_id)
    .where(
        _i.channel == sa.bindparam("channel"),
        _i.account == "default",
        _i.external_id == sa.bindparam("external_id"),
    )
)
