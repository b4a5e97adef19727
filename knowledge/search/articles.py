"""What the index holds of each article, and who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from core.db import Row
from encoder import Vectors
from knowledge.content import Content, Language
from knowledge.richtext import to_text
from knowledge.search.lexical import Document, Vocabulary
from knowledge.search.tokens import BODY_KINDS, LONGEST_BODY, normalised, tokens


@dataclass(frozen=True)
class Entry:
    """One language of an article.  vectors: a row a phrase, None as long as there are none."""

    language: Language
    phrases: tuple[str, ...]
    documents: tuple[Document, ...]
    body: Document
    vectors: Vectors | None = None


@dataclass(frozen=True)
class Wanted:
    """Who asks: the language to answer in, a channel (None: any), internal articles too or not."""

    language: Language
    now: datetime
    internal: bool = False
    channel: str | None = None
    category_id: UUID | None = None


@dataclass(frozen=True)
class Found:
    """A live article: what filters and answers need of it, and its entries."""

    id: UUID
    version: int
    number: int
    slug: str
    category_id: UUID | None
    audience: str
    channels: frozenset[str]
    tags: tuple[str, ...]
    valid_from: datetime | None
    valid_until: datetime | None
    helpful: int
    unhelpful: int
    published_at: datetime | None
    content: Content
    entries: tuple[Entry, ...] = field(repr=False)

    def is_for(self, wanted: Wanted) -> bool:
        return (
            (wanted.internal or self.audience == "public")
            and (not self.channels or wanted.channel is None or wanted.channel in self.channels)
            and (self.valid_from is None or self.valid_from <= wanted.now)
            and (self.valid_until is None or wanted.now < self.valid_until)
            and (wanted.category_id is None or self.category_id == wanted.category_id)
        )

    def shown_in(self, language: Language) -> Language:
        """The language itself, or the other one where the article lacks it."""
        return language if language in self.content.languages else self.content.languages[0]


def entry_of(language: Language, content: Content, vocabulary: Vocabulary) -> Entry:
    side = content.side(language)
    phrases = (side.question, *side.similar)
    body = tokens(normalised(to_text(side.answer), LONGEST_BODY))
    return Entry(
        language,
        phrases,
        tuple(vocabulary.document(tokens(normalised(phrase))) for phrase in phrases),
        vocabulary.document(body, BODY_KINDS),
    )


def found_from(row: Row, content: Content, entries: tuple[Entry, ...]) -> Found:
    """row: of knowledge.lists.live_articles."""
    return Found(
        row.id,
        row.version,
        row.live,
        row.slug,
        row.category_id,
        row.audience,
        frozenset(row.channels),
        tuple(row.tags),
        row.valid_from,
        row.valid_until,
        row.helpful,
        row.unhelpful,
        row.published_at,
        content,
        entries,
    )


def hottest_first(articles: Iterable[Found], asked_most: Sequence[UUID], language: Language) -> list[Found]:
    """Those in the language, then the others; each by what is asked most of late (`asked.hot`), then by what
    helped most.
    """
    rank = {key: place for place, key in enumerate(asked_most)}
    return sorted(
        articles,
        key=lambda a: (
            a.shown_in(language) != language,
            rank.get(a.id, len(rank)),
            a.unhelpful - a.helpful,
            a.slug,
        ),
    )
