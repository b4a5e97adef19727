"""What programs read: the site map, and what they may visit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sanic import HTTPResponse, Request

from api import context
from api.help import shelf
from api.help.articles import scripts_of
from api.help.doors import for_readers
from api.help.reader import PAGES, Reader
from api.help.render import absolute, checked, rendered
from api.help.shelf import Shelf, Topic
from api.help.words import TAGS
from api.rules import declare
from core.clock import stamp
from core.texts import SCRIPTS, Script

#: The protocol allows no more addresses in one map.
MOST_ADDRESSES = 50_000


@declare("public")
@for_readers(PAGES)
async def site_map(request: Request, reader: Reader) -> HTTPResponse:
    """Every page in every language that it is written in (sitemaps.org, with the other languages of each)."""
    held = await shelf.read(request, Reader("zh", True))
    body = rendered("sitemap.xml", pages=islice(_addresses(request, held), MOST_ADDRESSES))
    headers = {"Cache-Control": "public, max-age=3600"}
    return checked(request, body, "application/xml; charset=utf-8", headers)


def _addresses(request: Request, held: Shelf) -> Iterator[dict[str, Any]]:
    if not held.hot:
        return
    yield from _in_each(request, "", SCRIPTS)
    for topic in _all(held.topics):
        yield from _in_each(request, f"c/{topic.key}", SCRIPTS)
    for article in held.hot:
        changed = stamp(article.published_at)
        yield from _in_each(request, f"a/{article.slug}", scripts_of(article.content.languages), changed)


def _all(topics: tuple[Topic, ...]) -> Iterator[Topic]:
    for topic in topics:
        yield topic
        yield from topic.below


def _in_each(
    request: Request, place: str, scripts: tuple[Script, ...], changed: str | None = None
) -> Iterator[dict[str, Any]]:
    others = {TAGS[script]: absolute(request, place, script) for script in scripts}
    others["x-default"] = absolute(request, place, None)
    for script in scripts:
        yield {"url": others[TAGS[script]], "others": others, "changed": changed}


@declare("public")
async def robots(request: Request) -> HTTPResponse:
    """Search engines read the help centre's pages, not what they lead to."""
    lines = [
        "User-agent: *",
        "Disallow: /api/",
        "Disallow: /console/",
        "Disallow: /files/",
        "Disallow: /internal/",
        "Disallow: /help/search",
        f"Sitemap: {context.settings(request).public_url}/sitemap.xml",
    ]
    body = "\n".join([*lines, ""]).encode()
    headers = {"Cache-Control": "public, max-age=3600"}
    return HTTPResponse(body, headers=headers, content_type="text/plain; charset=utf-8")
