"""Ways to an article: the front page, topics, searching."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sanic import HTTPResponse, Request

from api import context
from api.help import shelf, structured
from api.help.doors import for_readers
from api.help.reader import PAGES, Reader
from api.help.render import Head, absolute, brand, page
from api.help.shelf import Topic
from api.http import query_text
from api.knowledge import LONGEST_QUERY, searcher
from api.rules import declare
from api.visitor.knowledge import SEARCHES
from core.errors import NotFound
from core.texts import SCRIPTS
from knowledge import asked
from knowledge.search.articles import Found
from knowledge.search.index import Hit

HOT, PER_TOPIC, RESULTS, NEIGHBOURS = 8, 4, 12, 3
#: Confidence from which a result is shown as a neighbour where there is no answer; below it is chance.
NEAR = 0.18


@declare("public")
@for_readers(PAGES)
async def front(request: Request, reader: Reader, rest: str = "") -> HTTPResponse:
    """Hot questions and topics; an apology for whatever else is asked for."""
    if rest:
        raise NotFound()
    held = await shelf.read(request, reader)
    name = await brand(request, reader.script)
    home, results = (absolute(request, place, reader.script) for place in ("", "search"))
    return await page(
        request,
        reader,
        "front.html",
        Head(
            reader.say("home_title", brand=name),
            reader.say("home_description", brand=name, n=len(held.hot)),
            scripts=SCRIPTS if held.hot else (),
        ),
        hot=_lines(held.hot[:HOT], reader),
        topics=[_card(topic, reader) for topic in held.topics],
        structured=structured.site(name, home, results, reader.script),
    )


def _card(topic: Topic, reader: Reader) -> dict[str, Any]:
    first = [article for article, _ in zip(topic.everything, range(PER_TOPIC), strict=False)]
    return {"topic": topic, "lines": _lines(first, reader)}


@declare("public")
@for_readers(PAGES)
async def topic(request: Request, reader: Reader, key: str) -> HTTPResponse:
    """A category with what is below it."""
    held = await shelf.read(request, reader)
    found = held.topic(key)
    if found is None:
        raise NotFound()
    this, above = found
    name = await brand(request, reader.script)
    groups = [(part, _lines(part.articles, reader, excerpt=True)) for part in (this, *this.below)]
    steps = shelf.trail(found, reader)
    return await page(
        request,
        reader,
        "topic.html",
        Head(
            reader.say("title", title=this.name, brand=name),
            _first_questions(groups[0][1] or groups[-1][1]),
            f"c/{key}",
            SCRIPTS,
        ),
        topic=this,
        steps=steps[:-1],
        groups=groups,
        topics=held.topics,
        current=(above or this).key,
        structured=structured.graph([structured.trail(_addresses(request, reader, steps))]),
    )


def _first_questions(lines: Sequence[dict[str, Any]]) -> str:
    return " ".join(line["question"] for line in lines[:4])


def _addresses(request: Request, reader: Reader, steps: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, absolute(request, place, reader.script)) for name, place in steps]


@declare("public")
@for_readers(SEARCHES)
async def results(request: Request, reader: Reader) -> HTTPResponse:
    """?q=: articles that answer it, or what comes near, with what to do when nothing does."""
    query = " ".join(query_text(request, "q", longest=LONGEST_QUERY).split())
    hits = await searcher(request).search(query, reader.wanted(request), RESULTS)
    good = [hit for hit in hits if shelf.is_answer(hit)]
    near = [] if good else [hit for hit in hits if hit.confidence >= NEAR][:NEIGHBOURS]
    search_id = None
    if query:
        async with context.db(request).begin() as tx:
            search_id = await asked.note(
                tx,
                query,
                language=reader.wanted(request).language,
                place="help",
                results=[hit.article.id for hit in good],
                confidence=good[0].confidence if good else 0.0,
            )
    held = await shelf.read(request, reader)
    return await page(
        request,
        reader,
        "results.html",
        Head(reader.say("results_title", query=query) if query else reader.say("search_label")),
        query=query,
        found=_found(good, reader),
        near=_found(near, reader),
        hot=_lines(held.hot[:HOT], reader),
        opened={"search": search_id} if search_id else {},
    )


def _found(hits: Sequence[Hit], reader: Reader) -> list[dict[str, Any]]:
    return _lines([hit.article for hit in hits], reader, excerpt=True)


def _lines(articles: Sequence[Found], reader: Reader, *, excerpt: bool = False) -> list[dict[str, Any]]:
    return [shelf.line(article, reader.script, excerpt=excerpt) for article in articles]
