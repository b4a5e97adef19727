"""Proposals out of past conversations.  Running it again adds what is new and counts what is known."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import schema as s
from core.clock import stamp
from core.db import Database, Row, Tx
from core.errors import Conflict
from encoder import Vectors
from knowledge import articles
from knowledge import schema as k
from knowledge.content import LANGUAGES, LONGEST_QUESTION, Content, Language, Side
from knowledge.mining import conversations
from knowledge.mining.clusters import Cluster, best_answer, cluster
from knowledge.mining.pairs import Pair, pairs
from knowledge.search.articles import Wanted
from knowledge.search.confidence import GOOD_ENOUGH
from knowledge.search.searcher import Searcher

#: A question that fewer conversations asked is not worth an article.
FEWEST = 3
_SIMILAR, _KEPT_ANSWERS, _KEPT_CONVERSATIONS, _KEPT_QUESTIONS = 8, 3, 20, 500
#: Where the report of the last run is kept.
_REPORT = "knowledge_mined"


@dataclass
class Report:
    """What a run found: questions with an answer, clusters that are large enough, and what became of them."""

    questions: int = 0
    clusters: int = 0
    answered: int = 0  # articles answer them already
    proposed: int = 0
    counted: int = 0  # proposals that were there already, counted anew


async def mine(db: Database, searcher: Searcher, *, days: int = 90) -> Report:
    """Raises Conflict (nothing to compare questions with) without an encoder."""
    await searcher.complete()
    async with db.reading() as tx:
        lines = await conversations.lines(tx, days)
        known = await tx.all(_PROPOSALS)
    found = await asyncio.to_thread(lambda: sorted(pairs(lines), key=lambda pair: pair.conversation_id))
    report = Report(questions=len(found))
    for language in LANGUAGES:
        await _of_language(
            db, searcher, language, [p for p in found if p.language == language], known, report
        )
    async with db.begin() as tx:
        await _keep(tx, report, days)
    return report


async def _of_language(
    db: Database,
    searcher: Searcher,
    language: Language,
    found: Sequence[Pair],
    known: Sequence[Row],
    report: Report,
) -> None:
    if not found:
        return
    rows = await searcher.centred(language, [pair.question for pair in found])
    if rows is None:
        raise Conflict("conflict", detail="mining needs an encoder")
    by_id = {row.id: row for row in known}
    taken = {key: row.id for row in known for key in _keys(row, language)}
    for each in await asyncio.to_thread(cluster, rows):
        before = Counter(taken.get(_key(found[i].question)) for i in each.members)
        del before[None]
        if before:
            article_id, _ = before.most_common(1)[0]
            if (row := by_id.pop(article_id, None)) is not None:  # the largest of its clusters counts
                await _count_again(db, row, found, each, report)
        elif len({found[i].conversation_id for i in each.members}) >= FEWEST:
            report.clusters += 1
            await _propose(db, searcher, language, found, each, rows, report)


def _keys(row: Row, language: Language) -> list[str]:
    """Questions that an article was made from, or that it asks itself: they need no other proposal."""
    side = row.content.get(language, {})
    asked = [side.get("question", ""), *side.get("similar", ())]
    return [*(row.origin or {}).get("questions", ()), *(_key(text) for text in asked if text)]


async def _propose(
    db: Database,
    searcher: Searcher,
    language: Language,
    found: Sequence[Pair],
    each: Cluster,
    rows: Vectors,
    report: Report,
) -> None:
    question = found[each.medoid(rows)].question[:LONGEST_QUESTION]
    hits = await searcher.search(question, Wanted(language, db.clock.now(), internal=True), 1)
    if hits and hits[0].confidence >= GOOD_ENOUGH:
        report.answered += 1
        return
    members = [found[i] for i in each.members]
    told = await searcher.centred(language, [pair.answer for pair in members])
    if told is None:
        return
    best = best_answer([pair.answer for pair in members], told, [pair.trust for pair in members])
    phrasings = [p for p in dict.fromkeys(pair.question for pair in members) if p != question]
    side = Side(question=question, similar=tuple(phrasings[:_SIMILAR]), answer=members[best].answer)
    try:
        async with db.begin() as tx:
            await articles.create(
                tx,
                Content(zh=side) if language == "zh" else Content(en=side),
                agent_id=None,
                state="proposed",
                origin_key=f"mined:{language}:{_key(question)}",
                origin=_origin(members, members[best].answer),
            )
    except asyncpg.UniqueViolationError:
        return  # another run was faster
    report.proposed += 1


def _origin(members: Sequence[Pair], chosen: str) -> dict[str, Any]:
    """Where a proposal comes from: how many asked, in which conversations, and what else was answered."""
    conversations = list(dict.fromkeys(str(pair.conversation_id) for pair in members))
    others = sorted((p for p in members if p.answer != chosen), key=lambda p: (-p.trust, -len(p.answer)))
    return {
        "kind": "mined",
        "volume": len(conversations),
        "conversations": conversations[:_KEPT_CONVERSATIONS],
        "questions": sorted({_key(pair.question) for pair in members})[:_KEPT_QUESTIONS],
        "answers": list(dict.fromkeys(pair.answer for pair in others))[:_KEPT_ANSWERS],
    }


def _key(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()[:16]


async def _count_again(db: Database, row: Row, found: Sequence[Pair], each: Cluster, report: Report) -> None:
    """Of a proposal that still waits; what somebody took up or dismissed is left alone."""
    if row.state != "proposed":
        return
    answer = next((row.content[name]["answer"] for name in LANGUAGES if row.content[name].get("answer")), "")
    origin = _origin([found[i] for i in each.members], answer)
    a = k.article.c
    async with db.begin() as tx:
        await tx.run(k.article.update().where(a.id == row.id, a.state == "proposed").values(origin=origin))
    report.counted += 1


#: Everything that was ever mined, and drafts: they need no proposal of their own.
_PROPOSALS = (
    sa.select(k.article.c.id, k.article.c.state, k.article.c.origin, k.article_version.c.content)
    .join(
        k.article_version,
        sa.and_(
            k.article_version.c.article_id == k.article.c.id,
            k.article_version.c.number == k.article.c.latest,
        ),
    )
    .where(sa.or_(k.article.c.origin_key.is_not(None), k.article.c.live.is_(None)))
)


async def _keep(tx: Tx, report: Report, days: int) -> None:
    value = {**msgspec.to_builtins(report), "at": stamp(tx.now), "days": days}
    row = insert(s.setting).values(key=_REPORT, value=value, updated_at=tx.now)
    given = {"value": row.excluded.value, "updated_at": row.excluded.updated_at}
    await tx.run(row.on_conflict_do_update(index_elements=["key"], set_=given))


async def last_report(tx: Tx) -> Mapping[str, Any] | None:
    """The report of the last run, with at and days."""
    found: Mapping[str, Any] | None = await tx.value(
        sa.select(s.setting.c.value).where(s.setting.c.key == _REPORT)
    )
    return found
