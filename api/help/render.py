"""Templates, what every page needs, and the headers that pages share."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sanic import HTTPResponse, Request

from api import context
from api.help.assets import built
from api.help.reader import HOME, Reader, address
from api.help.words import LANGUAGES, TAGS
from api.views.lens import words
from core.errors import Unavailable
from core.hours import Hours
from core.settings_store import Business, Widget
from core.texts import SCRIPTS, Script

#: Scripts and styles are files of ours, and the widget draws into a shadow root with sheets of its own.
#: Images may come from elsewhere: cards of the bot show pictures of products.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:; "
    "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Head:
    """What search engines are told.

    place: the page below /help/; scripts: in which it can be read, none: it is not for search engines;
    canonical: the script of its one true address, where that is not the reader's.
    """

    title: str
    description: str = ""
    place: str = ""
    scripts: tuple[Script, ...] = ()
    canonical: Script | None = None


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(("html", "xml")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(tags=TAGS, language_names=LANGUAGES)
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return environment


def rendered(template: str, **values: Any) -> bytes:
    return _environment().get_template(template).render(values).encode()


async def page(
    request: Request, reader: Reader, template: str, head: Head, *, status: int = 200, **values: Any
) -> HTTPResponse:
    """A page as an answer.  What search engines may keep has an ETag; anything else is not stored."""
    assert request.route is not None, "a handler of ours calls this"
    body = rendered(
        template,
        reader=reader,
        script=reader.script,
        say=reader.say,
        head=head,
        assets=built(request.route.ctx.assets),
        switch={script: _elsewhere(request, script) for script in SCRIPTS},
        absolute=functools.partial(absolute, request),
        **await _shop(request, reader.script),
        **{"query": "", **values},
    )
    headers = {"Content-Security-Policy": POLICY}
    if not reader.is_chosen:
        headers["Vary"] = "Accept-Language"
    if head.scripts:
        return checked(request, body, HTML, {**headers, "Cache-Control": "public, no-cache"})
    headers |= {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
    return HTTPResponse(body, status, headers=headers, content_type=HTML)


def checked(request: Request, body: bytes, content_type: str, headers: Mapping[str, str]) -> HTTPResponse:
    """With an ETag; 304 for who has this very body.  Weak, since a proxy may compress it."""
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    told = {**headers, "ETag": etag}
    if etag in {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}:
        return HTTPResponse(status=304, headers=told)
    return HTTPResponse(body, headers=told, content_type=content_type)


def absolute(request: Request, place: str, script: Script | None) -> str:
    """The full address of a place in a language; None: the one that negotiates."""
    return context.settings(request).public_url + address(place, script)


async def brand(request: Request, script: Script) -> str:
    return words((await context.store(request).get(Business)).name)[script]


async def _shop(request: Request, script: Script) -> dict[str, Any]:
    """Name, colour and dates; without the database the defaults, so that an apology can be shown."""
    store = context.store(request)
    try:
        name, widget, hours = await brand(request, script), await store.get(Widget), await store.get(Hours)
    except Unavailable:
        name, widget, hours = words(Business().name)[script], Widget(), Hours()
    return {
        "brand": name,
        "colour": widget.colour,
        "day": lambda at: _day(at.astimezone(ZoneInfo(hours.time_zone)), script),
    }


def _day(at: datetime, script: Script) -> str:
    return f"{at.day} {at:%B %Y}" if script == "en" else f"{at.year}年{at.month}月{at.day}日"


def _elsewhere(request: Request, script: Script) -> str:
    """This page in another language, with what was searched for."""
    path = request.path if request.method == "GET" else HOME
    query = str(request.args.get("q") or "")
    return f"{path}?{urlencode({'lang': script, **({'q': query} if query else {})})}"
