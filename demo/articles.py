"""The knowledge base of the demo: the articles in knowledge/, what readers thought of them, and what they
asked.

The files are ordinary exports: the console imports them as well.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core.db import Tx
from core.ids import new_id
from knowledge import schema as k
from knowledge import synonyms
from knowledge.transfer import plan
from knowledge.transfer.markdown import read_markdown

FOLDER = Path(__file__).parent / "knowledge"
SYNONYMS = (
    ("扫拖机器人", "扫地机", "扫地机器人", "吸尘器"),
    ("robot vacuum", "robot", "hoover", "vacuum cleaner"),
    ("快递", "物流", "包裹", "邮件"),
    ("parcel", "package", "delivery"),
    ("退款", "退钱", "返款"),
    ("耳机", "耳塞"),
    ("earbuds", "headphones", "earphones"),
)
#: Articles that people ask for most, in order.
_HOT = ("delivery-time", "how-to-return", "refund-time", "warranty-period", "request-invoice", "track-parcel")
_DAYS = 30
_REASONS = ("not_my_question", "unclear", "outdated", "other")


async def plant(tx: Tx, rng: random.Random, author_id: UUID | None) -> int:
    """Everything, once; what is there already stays.  Returns how many articles were made."""
    reads = [read for path in sorted(FOLDER.glob("*.md")) for read in read_markdown(path.read_bytes())]
    made = await plan.make(tx, reads)
    new = {step.record.slug for step in made.steps if step.action == "create"}
    await made.apply(tx, author_id)
    a = k.article.c
    known: dict[str, UUID] = {
        row.slug: row.id for row in await tx.all(sa.select(a.slug, a.id)) if row.slug in new
    }
    if known:
        await _readers(tx, rng, known, {read.record.slug: read.record.content.zh.question for read in reads})
    if not await synonyms.all_of_them(tx):
        for words in SYNONYMS:
            await synonyms.create(tx, words)
    return len(known)


async def _readers(
    tx: Tx, rng: random.Random, known: Mapping[str, UUID], questions: Mapping[str, str]
) -> None:
    voices: list[dict[str, Any]] = []
    searches: list[dict[str, Any]] = []
    for slug, article_id in known.items():
        liking, asked = rng.uniform(0.6, 0.95), _asked(rng, slug)
        helpful = [rng.random() < liking for _ in range(asked // 3)]
        voices += [_voice(tx, rng, article_id, n, each) for n, each in enumerate(helpful)]
        searches += [_search(tx, rng, article_id, questions[slug]) for _ in range(asked)]
        counts = {"helpful": sum(helpful), "unhelpful": len(helpful) - sum(helpful)}
        await tx.run(k.article.update().where(k.article.c.id == article_id).values(**counts))
    await tx.run(k.article_feedback.insert(), voices)
    await tx.run(k.article_search.insert(), searches)


def _asked(rng: random.Random, slug: str) -> int:
    place = _HOT.index(slug) if slug in _HOT else None
    return 80 - 9 * place + rng.randrange(8) if place is not None else rng.randrange(3, 25)


def _voice(tx: Tx, rng: random.Random, article_id: UUID, number: int, helpful: bool) -> dict[str, Any]:
    return {
        "id": new_id(),
        "article_id": article_id,
        "voter": f"demo:{number}",
        "helpful": helpful,
        "reason": None if helpful else rng.choice(_REASONS),
        "comment": None,
        "place": rng.choice(("bot", "widget", "help")),
        "language": rng.choice(("zh", "zh", "zh", "en")),
        "conversation_id": None,
        "at": tx.now - timedelta(days=rng.uniform(0, _DAYS)),
    }


def _search(tx: Tx, rng: random.Random, article_id: UUID, question: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "query": question,
        "language": "zh",
        "place": rng.choice(("bot", "widget", "help")),
        "results": [article_id],
        "confidence": rng.uniform(0.6, 0.99),
        "answered_by": article_id,
        "chosen": None,
        "conversation_id": None,
        "at": tx.now - timedelta(days=rng.uniform(0, _DAYS)),
    }
