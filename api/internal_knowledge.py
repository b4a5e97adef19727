"""The knowledge base for actions (docs/reference/internal-api.md): an answer with how sure it is, and
feedback."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.http import Body, answer, body, declare
from api.internal import only_actions
from api.knowledge import LONGEST_QUERY, checked_language, searcher, wanted
from core import schema as s
from core.db import Row, Tx
from core.errors import Invalid, NotFound
from knowledge import asked, feedback, shapes
from knowledge.search.confidence import GOOD_ENOUGH

bp = Blueprint("internal_knowledge", url_prefix="/internal/v1/knowledge")
bp.on_request(only_actions)

_RELATED = 4


class SearchBody(Body, kw_only=True, frozen=True):
    conversation_id: UUID
    query: str
    language: str = "zh"


class FeedbackBody(Body, kw_only=True, frozen=True):
    conversation_id: UUID
    article_id: UUID
    helpful: bool
    language: str = "zh"
    reason: str | None = None


@bp.post("/search")
@declare("internal", body=SearchBody)
async def search(request: Request) -> HTTPResponse:
    """{"confidence", "answer" or null, "related"}: the answer is there when it is good enough to be given."""
    given = body(request, SearchBody)
    if len(given.query) > LONGEST_QUERY * 10:
        raise Invalid("too_long", field="query")
    language = checked_language(given.language)
    async with context.db(request).reading() as tx:
        conversation = await _conversation(tx, given.conversation_id)
    reader = wanted(request, language, internal=False, channel=conversation.channel)
    hits = await searcher(request).search(given.query[:LONGEST_QUERY], reader, _RELATED + 1)
    confidence = hits[0].confidence if hits else 0.0
    best = hits[0].article if confidence >= GOOD_ENOUGH else None
    async with context.db(request).begin() as tx:
        search_id = await asked.note(
            tx,
            given.query,
            language=language,
            place="bot",
            results=[hit.article.id for hit in hits],
            confidence=confidence,
            answered_by=best.id if best else None,
            conversation_id=given.conversation_id,
        )
    related: list[dict[str, Any]] = [
        shapes.line(hit.article, language) for hit in hits if hit.article is not best
    ]
    return answer(
        {
            "search_id": search_id,
            "confidence": round(confidence, 3),
            "answer": shapes.answer(best, language) if best else None,
            "related": related[:_RELATED],
        }
    )


@bp.post("/feedback")
@declare("internal", body=FeedbackBody)
async def give_feedback(request: Request) -> HTTPResponse:
    """One voice a conversation and article; again replaces it, so a repeated turn counts once."""
    given = body(request, FeedbackBody)

    async def work(tx: Tx) -> None:
        await _conversation(tx, given.conversation_id)
        await feedback.give(
            tx,
            given.article_id,
            voter=f"conversation:{given.conversation_id}",
            helpful=given.helpful,
            reason=given.reason,
            place="bot",
            language=checked_language(given.language),
            conversation_id=given.conversation_id,
        )

    await context.db(request).retrying(work)
    return answer({})


async def _conversation(tx: Tx, conversation_id: UUID) -> Row:
    row = await tx.one(sa.select(s.conversation).where(s.conversation.c.id == conversation_id))
    if row is None:
        raise NotFound()
    return row
