"""Small indexes by hand, and an encoder whose meanings a test decides."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from core.ids import new_id
from encoder import Vectors
from knowledge.content import LANGUAGES, Content, Language, Side
from knowledge.search.articles import Found, Wanted, entry_of
from knowledge.search.dense import BACKGROUND, Centres
from knowledge.search.expand import Synonyms
from knowledge.search.index import Hit, Index
from knowledge.search.lexical import Vocabulary

NOW = datetime(2026, 1, 5, tzinfo=UTC)
SIZE = 64


class Meanings:
    """Texts of one topic lie near each other, all others apart.  An encoder as the service knows it."""

    name, dimensions = "test", SIZE

    def __init__(self, *topics: Sequence[str]) -> None:
        self._topics = {text: i for i, topic in enumerate(topics) for text in topic}

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vectors:
        own = np.random.default_rng(zlib.crc32(text.encode("utf-8", "replace"))).standard_normal(SIZE)
        topic = self._topics.get(text)
        shared = np.random.default_rng(topic).standard_normal(SIZE) if topic is not None else 0
        vector = own + 3 * np.asarray(shared)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)


@dataclass
class Shelf:
    """Articles for one index."""

    encoder: Any = None
    synonyms: list[list[str]] = field(default_factory=list)
    _vocabulary: Vocabulary = field(default_factory=Vocabulary)
    _articles: list[Found] = field(default_factory=list)

    def add(self, zh: str = "", en: str = "", *similar: str, answer: str = "-", **values: Any) -> Found:
        content = Content(
            zh=Side(question=zh, answer=answer, similar=similar) if zh else Side(),
            en=Side(question=en, answer=answer, similar=() if zh else similar) if en else Side(),
        )
        entries = [entry_of(language, content, self._vocabulary) for language in content.languages]
        if self.encoder is not None:
            entries = [replace(e, vectors=self.encoder.encode(e.phrases)) for e in entries]
        key = new_id()
        made = Found(
            **{
                "id": key,
                "version": 0,
                "number": 1,
                "slug": key.hex,
                "category_id": None,
                "audience": "public",
                "channels": frozenset(),
                "tags": (),
                "valid_from": None,
                "valid_until": None,
                "helpful": 0,
                "unhelpful": 0,
                "published_at": None,
                **values,
            },
            content=content,
            entries=tuple(entries),
        )
        self._articles.append(made)
        return made

    def index(self) -> Index:
        centres = None
        if self.encoder is not None:
            centres = Centres({language: self.encoder.encode(BACKGROUND[language]) for language in LANGUAGES})
        return Index(self._articles, self._vocabulary, Synonyms(self.synonyms), centres)

    def search(self, query: str, language: Language = "zh", **wanted: Any) -> list[Hit]:
        vector = self.encoder.encode([query]) if self.encoder is not None else None
        return self.index().search(query, Wanted(language, **{"now": NOW, **wanted}), vector)

    def first(self, query: str, language: Language = "zh", **wanted: Any) -> Found | None:
        found = self.search(query, language, **wanted)
        return found[0].article if found else None


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()
