"""What the three interfaces to the knowledge base share: the searcher, who may see what, addresses of
images."""

from __future__ import annotations

from typing import cast

from sanic import Request

from api import context
from knowledge.content import LANGUAGES, Language
from knowledge.richtext import Address
from knowledge.search.articles import Wanted
from knowledge.search.searcher import Searcher

LONGEST_QUERY = 400
#: Roles that write articles; all others read what is live.
EDITORS = ("trainer", "supervisor", "admin")


def searcher(request: Request) -> Searcher:
    return cast(Searcher, request.app.ctx.knowledge)


def wanted(request: Request, language: Language, *, internal: bool, channel: str | None) -> Wanted:
    return Wanted(language, context.db(request).clock.now(), internal, channel)


def checked_language(text: str | None, default: Language = "zh") -> Language:
    """zh for zh-Hant as well; the default for what we do not have."""
    return next((name for name in LANGUAGES if (text or "").startswith(name)), default)


def image_address(request: Request) -> Address:
    """Signed addresses for the images of answers; good for an hour."""
    links = context.links(request)
    return lambda blob_id: links.path(blob_id, "image")
