"""The edge of a page: rate, language, and errors as pages instead of JSON."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from sanic import HTTPResponse, Request

from api.help.reader import Reader, admit
from api.help.render import Head, page
from api.http import error_message
from core.errors import KetingError, NotFound, Rejected
from core.limits import Rate

log = structlog.get_logger(__name__)

Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]


def for_readers(rate: Rate) -> Callable[[Handler], Handler]:
    """The handler is called with (request, reader, ...), as often as rate lets one address in."""

    def decorate(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def guarded(request: Request, *args: Any, **kwargs: Any) -> HTTPResponse:
            reader = Reader.of(request)
            try:
                await admit(request, rate)
                return await handler(request, reader, *args, **kwargs)
            except KetingError as err:
                return await _apology(request, reader, err)

        return guarded

    return decorate


async def _apology(request: Request, reader: Reader, err: KetingError) -> HTTPResponse:
    """The error in words, with the ways on: searching and asking."""
    if not isinstance(err, Rejected):
        log.warning("help.unavailable", error=err.code, path=request.path)
    if isinstance(err, NotFound):
        title, text = reader.say("not_found"), reader.say("not_found_more")
    else:
        title, text = reader.say("failed"), error_message(err, reader.script)
    answer = await page(request, reader, "error.html", Head(title), status=err.status, title=title, text=text)
    if err.retry_after_s is not None:
        answer.headers["Retry-After"] = str(max(1, round(err.retry_after_s)))
    return answer
