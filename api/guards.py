"""The door of the console: session cookie, origin, CSRF token and role, checked before a handler runs."""

from __future__ import annotations

import functools
import hmac
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from sanic import HTTPResponse, Request

from api import context
from api.rules import Rule, attach
from core import logins
from core.agents import ROLES, Agent
from core.errors import Forbidden, Unauthorised
from core.logins import Session

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
Handler = Callable[..., Awaitable[HTTPResponse]]


def agent_required(
    *roles: str, body: type | None = None, answer: type | None = None
) -> Callable[[Callable[..., Awaitable[Any]]], Handler]:
    """Only people of the house, with one of these roles (none named: every role), may call the route.

    The handler finds request.ctx.agent (core.agents.Agent) and request.ctx.session (core.logins.Session).
    Without a session 401; a foreign Origin, a wrong CSRF token on a mutating call or another role 403.
    body and answer name the msgspec types for the OpenAPI page.
    """
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise ValueError(f"no such role: {unknown}")
    rule = Rule("agent", frozenset(roles or ROLES), body, answer)

    def decorate(handler: Callable[..., Awaitable[Any]]) -> Handler:
        @functools.wraps(handler)
        async def guarded(request: Request, *args: Any, **kwargs: Any) -> Any:
            await authenticate(request)
            if actor(request).role not in rule.roles:
                raise Forbidden()
            return await handler(request, *args, **kwargs)

        return attach(guarded, rule)

    return decorate


def actor(request: Request) -> Agent:
    """Who calls, behind agent_required."""
    agent: Agent = request.ctx.agent
    return agent


async def authenticate(request: Request) -> Session:
    """The caller's session, put on request.ctx; raises Unauthorised or Forbidden."""
    async with context.db(request).reading() as tx:
        session = await logins.find(tx, request.cookies.get(cookie_name(request)))
    if session is None:
        raise Unauthorised()
    await logins.note(context.db(request), session)
    request.ctx.session, request.ctx.agent = session, session.agent
    if request.method not in SAFE:
        check_origin(request)
        if not same(request.headers.get("x-csrf-token", ""), session.csrf):
            raise Forbidden("bad_csrf")
    return session


def same(given: str, expected: str) -> bool:
    """Equal, in a time that does not tell how far."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def check_origin(request: Request) -> None:
    """A browser states where a mutating call comes from: it must be a page of ours."""
    origin = request.headers.get("origin")
    if origin is not None:
        if not is_own_origin(request, origin):
            raise Forbidden("origin_not_allowed")
    elif request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise Forbidden("origin_not_allowed")


def is_own_origin(request: Request, origin: str) -> bool:
    """The public address; in a trial also the address by which this very request reached us."""
    settings = context.settings(request)
    if origin == origin_of(settings.public_url):
        return True
    parts = urlsplit(origin)
    return settings.mode == "trial" and parts.scheme in {"http", "https"} and parts.netloc == request.host


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def cookie_name(request: Request) -> str:
    return "__Host-keting" if context.settings(request).is_https else "keting"


def set_cookie(request: Request, response: HTTPResponse, token: str) -> None:
    """Give the browser the session for as long as it can last; an empty token takes it away."""
    response.add_cookie(
        cookie_name(request),
        token,
        path="/",
        secure=context.settings(request).is_https,
        httponly=True,
        samesite="Lax",
        max_age=int(logins.ABSOLUTE.total_seconds()) if token else 0,
    )
