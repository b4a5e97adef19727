"""The knowledge base for visitors: no token is needed to read; only public articles of the channel are
seen."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.http import Body, answer, body, declare, language_of, query_int, query_text
from api.knowledge import LONGEST_QUERY, image_address, searcher, wanted
from api.visitor.door import check_origin
from core.errors import Invalid, NotFound
from core.ids import parse_id
from core.limits import Rate, enforce
from core.texts import Script, traditional
from knowledge import asked, categories, feedback, shapes
from knowledge.placing import CHANNELS
from knowledge.search.articles import Wanted, hottest_first

bp = Blueprint("visitor_knowledge")

#: From one address.  Somebody who types asks with each key.
READS = Rate("visitor_knowledge", burst=120, per_s=8)
SEARCHES = Rate("visitor_knowledge_searches", burst=30, per_s=1)
VOICES = Rate("visitor_knowledge_feedback", burst=20, per_s=1 / 20)
_PLACES = {"help": "help", "widget": "widget"}


class FeedbackBody(Body, kw_only=True, frozen=True):
    article_id: UUID
    helpful: bool
    reason: str | None = None
    comment: str | None = None
    place: str = "help"


@bp.get("/knowledge/suggest")
@declare("public")
async def suggest(request: Request) -> HTTPResponse:
    """?q=&channel=&limit=: questions that go on as the visitor's does, while it is being typed."""
    reader = await _reader(request, READS)
    text = query_text(request, "q", longest=LONGEST_QUERY)
    hits = await searcher(request).suggest(text, reader, query_int(request, "limit", 6, 1, 10))
    return answer({"items": [shapes.line(hit.article, language_of(request)) for hit in hits]})


@bp.get("/knowledge/search")
@declare("public")
async def search(request: Request) -> HTTPResponse:
    """?q=&channel=&place=help|widget&limit=: {"search_id", "confidence", "items"}, the best first."""
    reader = await _reader(request, SEARCHES)
    text = query_text(request, "q", longest=LONGEST_QUERY)
    hits = await searcher(request).search(text, reader, query_int(request, "limit", 10, 1, 20))
    confidence = hits[0].confidence if hits else 0.0
    search_id = None
    if text.strip():
        async with context.db(request).begin() as tx:
            search_id = await asked.note(
                tx,
                text,
                language=reader.language,
                place=_place(query_text(request, "place", "help")),
                results=[hit.article.id for hit in hits],
                confidence=confidence,
            )
    items = [shapes.result(hit, language_of(request)) for hit in hits]
    return answer({"search_id": search_id, "confidence": round(confidence, 3), "items": items})


@bp.get("/knowledge/hot")
@declare("public")
async def hot(request: Request) -> HTTPResponse:
    """?channel=&limit=: what is asked most of late; then what helped most."""
    reader = await _reader(request, READS)
    articles = await searcher(request).articles(reader)
    async with context.db(request).reading() as tx:
        asked_most = await asked.hot(tx)
    limit = query_int(request, "limit", 8, 1, 50)
    found = hottest_first(articles, asked_most, reader.language)[:limit]
    return answer({"items": [shapes.line(article, language_of(request)) for article in found]})


@bp.get("/knowledge/categories")
@declare("public")
async def tree(request: Request) -> HTTPResponse:
    """The help centre's table of contents: categories with the questions of each, those without one last."""
    reader = await _reader(request, READS)
    script = language_of(request)
    lines: dict[UUID | None, list[dict[str, Any]]] = {}
    for article in await searcher(request).articles(reader):
        lines.setdefault(article.category_id, []).append(shapes.line(article, script))
    async with context.db(request).reading() as tx:
        rows = await categories.all_of_them(tx)
    items: list[dict[str, Any]] = [
        {
            "id": row.id,
            "name": _named(row.name, script),
            "parent_id": row.parent_id,
            "articles": _sorted(lines.pop(row.id, [])),
        }
        for row in rows
    ]
    rest = [entry for group in lines.values() for entry in group]
    return answer({"items": items, "others": _sorted(rest)})


def _named(name: dict[str, str], script: Script) -> str:
    text = name.get("en" if script == "en" else "zh", "")
    return traditional(text) if script == "zh-Hant" else text


def _sorted(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(lines, key=lambda entry: (entry["fallback"], entry["question"]))


@bp.get("/knowledge/articles/<key:str>")
@declare("public")
async def show(request: Request, key: str) -> HTTPResponse:
    """By id or slug; ?search_id= tells that a result was opened.  404 for what is not for this reader."""
    reader = await _reader(request, READS)
    article = await searcher(request).article(key, reader)
    if article is None:
        raise NotFound()
    if search_id := query_text(request, "search_id"):
        async with context.db(request).begin() as tx:
            await asked.choose(tx, parse_id(search_id, "search_id"), article.id)
    return answer(shapes.page(article, language_of(request), image_address(request)))


@bp.post("/knowledge/feedback")
@declare("public", body=FeedbackBody)
async def give_feedback(request: Request) -> HTTPResponse:
    """One voice a reader and article; again replaces it."""
    reader = await _reader(request, VOICES)
    given = body(request, FeedbackBody)
    if await searcher(request).article(given.article_id, reader) is None:
        raise NotFound()
    async with context.db(request).begin() as tx:
        await feedback.give(
            tx,
            given.article_id,
            voter=voter(request),
            helpful=given.helpful,
            reason=given.reason,
            comment=given.comment,
            place=_place(given.place),
            language=reader.language,
        )
    return answer({})


async def _reader(request: Request, rate: Rate) -> Wanted:
    """Who asks, let in by origin and rate."""
    await check_origin(request)
    if not context.settings(request).is_local:  # there, everybody has one and the same address
        await enforce(context.limiter(request), request.remote_addr or request.ip, rate)
    channel = query_text(request, "channel") or None
    if channel is not None and channel not in CHANNELS:
        raise Invalid("no_such_channel", field="channel")
    language = shapes.language_for(language_of(request))
    return wanted(request, language, internal=False, channel=channel)


def _place(text: str) -> str:
    return _PLACES.get(text, "help")


def voter(request: Request) -> str:
    """The same reader of the same address and program; the address itself is not kept."""
    said = f"{request.remote_addr or request.ip}\n{request.headers.get('user-agent', '')}"
    key = context.settings(request).secret_key.reveal().encode()
    return "reader:" + hmac.new(key, said.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:24]
