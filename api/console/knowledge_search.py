"""Searching the knowledge base from the console: beside the composer, and to try out why something is
found."""

from __future__ import annotations

from sanic import Blueprint, HTTPResponse, Request

from api import knowledge
from api.console.trail import PREFIX
from api.guards import agent_required
from api.http import answer, language_of, query_int, query_text
from api.knowledge import LONGEST_QUERY, searcher
from core.errors import Invalid
from core.texts import SCRIPTS, Script
from knowledge import shapes
from knowledge.placing import CHANNELS
from knowledge.search.articles import Wanted
from knowledge.search.confidence import GOOD_ENOUGH

blueprint = Blueprint("console_knowledge_search", url_prefix=PREFIX)


@blueprint.get("/knowledge/search")
@agent_required()
async def search(request: Request) -> HTTPResponse:
    """?q=&language=&channel=&public=1&limit=: results with what their scores are made of.

    public=1: as a visitor would find it.
    """
    script, reader = _reader(request)
    text = query_text(request, "q", longest=LONGEST_QUERY)
    hits = await searcher(request).search(text, reader, query_int(request, "limit", 10, 1, 50))
    items = [shapes.explained(hit, script) for hit in hits]
    return answer({"items": items, "good_enough": GOOD_ENOUGH})


@blueprint.get("/knowledge/suggest")
@agent_required()
async def suggest(request: Request) -> HTTPResponse:
    """?q=&language=&channel=: while somebody types."""
    script, reader = _reader(request)
    hits = await searcher(request).suggest(query_text(request, "q", longest=LONGEST_QUERY), reader)
    return answer({"items": [shapes.line(hit.article, script) for hit in hits]})


def _reader(request: Request) -> tuple[Script, Wanted]:
    asked = query_text(request, "language")
    script = next((name for name in SCRIPTS if name == asked), None) or language_of(request)
    channel = query_text(request, "channel") or None
    if channel is not None and channel not in CHANNELS:
        raise Invalid("no_such_channel", field="channel")
    internal = query_text(request, "public") != "1"
    reader = knowledge.wanted(request, shapes.language_for(script), internal=internal, channel=channel)
    return script, reader
