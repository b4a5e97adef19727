"""Browsers state the page that opens a socket and let any page do it: we refuse before the upgrade."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sanic import Blueprint, Request

from core.errors import Forbidden

#: Whether the request's Origin (which may be missing: not a browser) may open a socket here.
Allowed = Callable[[Request], Awaitable[bool]]


def check_origin(bp: Blueprint, allowed: Allowed) -> None:
    """Answer 403 origin_not_allowed, without any upgrade, on the WebSocket routes of a blueprint."""

    @bp.on_request
    async def refuse_foreign(request: Request) -> None:
        extra: Any = getattr(request.route, "extra", None)
        if getattr(extra, "websocket", False) and not await allowed(request):
            raise Forbidden("origin_not_allowed")
