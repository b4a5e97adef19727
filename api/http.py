"""HTTP plumbing that every interface shares: reading bodies, answering, errors, headers.

    from api.http import Body, agent_required, answer, body, change

install(app) is called once by the composition root.
"""

from __future__ import annotations

import functools
import re
import traceback
from typing import Any, TypeVar
from uuid import uuid4

import msgspec
import structlog
from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import SanicException
from sanic.response import BaseHTTPResponse

from api import metrics
from api.guards import actor, agent_required
from api.headers import add_headers
from api.idempotency import change
from api.responses import answer, plain
from api.rules import declare
from core.errors import Invalid, KetingError, Rejected, TooLarge, WrongType
from core.texts import SCRIPTS, Script, error_text, in_script, preferred
from core.uploads import MAX_BYTES

__all__ = [
    "Body",
    "actor",
    "agent_required",
    "answer",
    "body",
    "change",
    "declare",
    "error_response",
    "install",
    "language_of",
    "plain",
    "query_int",
    "query_text",
]

log = structlog.get_logger(__name__)

T = TypeVar("T")
MAX_JSON_BYTES = 1024 * 1024
#: Errors of the framework, by status.
_FRAMEWORK = {
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    413: "too_large",
    415: "type_not_allowed",
    503: "draining",
}
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_PLACE = re.compile(r" - at `(?:key in )?\$?\.?(.*?)`$")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Body(msgspec.Struct, kw_only=True, frozen=True):
    """Base of request bodies.  Unknown fields are ignored, so that newer clients may say more."""


def body(request: Request, type: type[T]) -> T:
    """The request's JSON as type.  Invalid names the field that does not fit; WrongType for other media."""
    media = (request.content_type or "").partition(";")[0].strip().lower()
    if request.body and media != "application/json":
        raise WrongType()
    if len(request.body) > MAX_JSON_BYTES:
        raise TooLarge()
    if _NUL.search(request.body):  # PostgreSQL stores every character but this one
        raise Invalid("bad_text")
    wanted: Any = type
    try:
        decoded: T = _decoder(wanted).decode(request.body or b"{}")
    except msgspec.ValidationError as err:
        raise invalid(err) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid("bad_json") from None
    return decoded


@functools.lru_cache(maxsize=256)
def _decoder(type: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type)


def invalid(err: msgspec.ValidationError) -> Invalid:
    """Our error for msgspec's, with the path of the field, e.g. days.mon[0]."""
    text = str(err)
    place = _PLACE.search(text)
    field = place[1] if place else ""
    if missing := re.match(r"Object missing required field `(.+?)`", text):
        return Invalid("required", field=".".join(part for part in (field, missing[1]) if part))
    return Invalid("invalid", field=field, detail=text)


def query_text(request: Request, name: str, default: str = "", longest: int = 200) -> str:
    value = str(request.args.get(name) or default)
    if len(value) > longest:
        raise Invalid("too_long", field=name)
    if "\x00" in value or any(0xD800 <= ord(ch) <= 0xDFFF for ch in value):
        raise Invalid("bad_text", field=name)
    return value


def query_int(request: Request, name: str, default: int, low: int, high: int) -> int:
    """A whole number, moved into low..high; Invalid when it is none."""
    try:
        return max(low, min(high, int(request.args.get(name) or default)))
    except ValueError:
        raise Invalid("invalid", field=name) from None


def language_of(request: Request) -> Script:
    """What the caller reads: Accept-Language, else the language of the session, else Chinese."""
    agent = getattr(request.ctx, "agent", None)
    known: Script = getattr(request.ctx, "language", None) or (agent.language if agent else None) or "zh"
    return preferred(request.headers.get("accept-language"), known)


def asked_language(request: Request) -> Script:
    """The same for sockets: a page cannot set their headers, so it says in the address what it shows."""
    asked = str(request.args.get("language") or "")
    return next((script for script in SCRIPTS if script == asked), None) or language_of(request)


def error_response(request: Request, err: KetingError) -> HTTPResponse:
    """{"error", "message", "field"?, "retry_after_s"?} in the caller's language."""
    shown: dict[str, Any] = {"error": err.code, "message": error_message(err, language_of(request))}
    headers: dict[str, str] = {}
    if err.field:
        shown["field"] = err.field
    retry_after_s = err.retry_after_s if err.retry_after_s is not None else (2 if err.status == 503 else None)
    if retry_after_s is not None:
        shown["retry_after_s"] = round(retry_after_s, 1)
        headers["Retry-After"] = str(max(1, round(retry_after_s)))
    return answer(shown, err.status, headers)


def error_message(err: KetingError, script: Script) -> str:
    """An error in words, for answers and for socket frames."""
    seconds = max(1, round(err.retry_after_s or 1))
    names = ("、" if script != "en" else ", ").join(in_script(name, script) for name in err.names)
    return error_text(
        err.code, script, default=type(err).code, field=err.field, retry_after_s=seconds, names=names
    )


async def on_error(request: Request, err: Exception) -> HTTPResponse:
    """Where every exception of a handler ends: deliberate ones by their status, all others as 500."""
    if isinstance(err, msgspec.ValidationError):
        err = invalid(err)
    if isinstance(err, KetingError):
        if not isinstance(err, Rejected):
            log.warning("http.unavailable", error=err.code, detail=err.detail, path=request.path)
        return error_response(request, err)
    if isinstance(err, SanicException) and (err.status_code < 500 or err.quiet):
        return _framework_error(request, err)
    _log_crash(request, err)
    return error_response(request, KetingError())


def _framework_error(request: Request, err: SanicException) -> HTTPResponse:
    ours = KetingError(_FRAMEWORK.get(err.status_code, "rejected"))
    ours.status = err.status_code
    response = error_response(request, ours)
    for name, value in (getattr(err, "headers", None) or {}).items():
        response.headers.setdefault(name, value)  # Allow, of a 405
    return response


def _log_crash(request: Request, err: Exception) -> None:
    # Messages of database errors quote the values, that is, what people wrote: names and places suffice.
    log.error(
        "http.crashed",
        error=type(err).__name__,
        cause=type(err.__cause__).__name__ if err.__cause__ else None,
        where=_places(err),
        method=request.method,
        path=request.path,
    )


def _places(err: Exception) -> list[str]:
    """Our own frames on the way to the error, then the last one of all: file:line function."""
    frames = traceback.extract_tb(err.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in [*ours[-8:], *frames[-1:]]]


async def on_request(request: Request) -> None:
    given = request.headers.get("x-request-id", "")
    request.ctx.request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
    structlog.contextvars.bind_contextvars(request_id=request.ctx.request_id)
    metrics.started(request)


async def on_response(request: Request, response: BaseHTTPResponse) -> None:
    add_headers(request, response)
    metrics.ended(request, response)


def install(app: Sanic[Any, Any]) -> None:
    """Error mapping, request ids, headers and the largest body, for a whole application."""
    app.config.REQUEST_MAX_SIZE = MAX_BYTES + 256 * 1024
    app.error_handler.add(Exception, on_error)
    app.register_middleware(on_request, "request", priority=100)
    app.register_middleware(on_response, "response")
