"""One immutable snapshot of what can be found, and the ranking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from encoder import Vectors
from knowledge.content import LANGUAGES, Language
from knowledge.search.articles import Found, Wanted
from knowledge.search.confidence import CERTAIN, by_meaning, by_words
from knowledge.search.dense import Centres, Dense
from knowledge.search.expand import Expansion, Synonyms
from knowledge.search.layout import Layout, Places, Run
from knowledge.search.lexical import Lexical, Vocabulary, Words
from knowledge.search.tokens import is_chinese, normalised

Scores = NDArray[np.float32]

#: What each part counts: nearest phrase, entry as a whole, words of the phrases, words of the answer
#: (measured: docs/knowledge.md).
NEAREST, WHOLE, WORDS, BODY = 1 / 3, 2 / 3, 0.12, 0.06
#: Of a perfect match by words: a best match below this share is a poor one and gets no full marks.
_DECENT = 0.35
#: Suggestions match at least so much of what was typed.
_SUGGESTED = 0.15
_GUESS = 0.8


@dataclass(frozen=True)
class Hit:
    """An article with its score and what that is made of; phrase is the one that matched best.

    words and body: shares of a perfect match; nearest and whole: cosines, None without an encoder.
    """

    article: Found
    score: float
    confidence: float
    phrase: str
    words: float
    body: float
    nearest: float | None
    whole: float | None


@dataclass(frozen=True)
class _Compared:
    """A query against a run of entries: one number an entry, by_phrase one a phrase."""

    text: str
    run: Run
    score: Scores
    words: Scores
    body: Scores
    by_phrase: Scores
    nearest: Scores | None = None
    whole: Scores | None = None


class Index:
    """articles in any order.  centres None: words alone."""

    def __init__(
        self,
        articles: Sequence[Found],
        vocabulary: Vocabulary,
        synonyms: Synonyms,
        centres: Centres | None = None,
    ) -> None:
        self.articles: Mapping[UUID, Found] = {article.id: article for article in articles}
        self._listed = list(articles)
        self._layout = Layout(articles)
        entries = self._layout.entries
        self._lexical = Lexical(vocabulary, [d for entry in entries for d in entry.documents])
        self._body = Lexical(vocabulary, [entry.body for entry in entries])
        self._expansion = Expansion(vocabulary, Words(vocabulary), synonyms)
        self._has_vectors = np.fromiter((entry.vectors is not None for entry in entries), bool, len(entries))
        self._centres = centres.fresh() if centres is not None else None
        self._dense = self._compiled(self._centres) if self._centres is not None else None

    @property
    def size(self) -> int:
        """Phrases in it."""
        return self._lexical.size

    def _compiled(self, centres: Centres) -> Dense | None:
        entries = self._layout.entries
        size = next((entry.vectors.shape[1] for entry in entries if entry.vectors is not None), None)
        if size is None:
            return None
        parts = [
            entry.vectors if entry.vectors is not None else np.zeros((len(entry.phrases), size), np.float32)
            for entry in entries
        ]
        rows = []
        for language in LANGUAGES:  # in the layout Chinese comes first
            block = [part for entry, part in zip(entries, parts, strict=True) if entry.language == language]
            if block:
                whole = np.concatenate(block)
                centres.learn(language, whole)
                rows.append(centres.centred(language, whole))
        return Dense(np.concatenate(rows), self._layout.starts)

    def search(self, query: str, wanted: Wanted, vector: Vectors | None = None, limit: int = 10) -> list[Hit]:
        """The best articles first.  vector: the query as the encoder gave it, None without one."""
        text = normalised(query)
        run = self._layout.run_for(text, wanted.language)
        if not text or not run:
            return []
        found = self._by_words(text, run)
        if vector is not None and self._dense is not None:
            found = self._by_meaning(found, vector)
        return [
            self._hit(found, place)
            for place in self._best(found, wanted, limit)
            if found.nearest is not None or found.score[place] > 0
        ]

    def suggest(self, start: str, wanted: Wanted, limit: int = 6) -> list[Hit]:
        """While somebody types: by words alone, the last one perhaps unfinished."""
        text = normalised(start)
        run = self._layout.run_for(text, wanted.language)
        if not text or not run:
            return []
        found = self._by_words(text, run, unfinished=True)
        return [
            self._hit(found, place)
            for place in self._best(found, wanted, limit)
            if found.words[place] >= _SUGGESTED
        ]

    def _by_words(self, text: str, run: Run, *, unfinished: bool = False) -> _Compared:
        asked = self._expansion.query(text, unfinished=unfinished)
        by_phrase = self._lexical.scores(asked.tokens)[run.phrases]
        words = _most(by_phrase, run.starts) / np.float32(self._lexical.perfect(asked))
        if unfinished:
            return _Compared(text, run, words, words, np.zeros_like(words), by_phrase)
        body = self._body.scores(asked.tokens)[run.entries] / np.float32(self._body.perfect(asked))
        score = words / np.float32(max(float(words.max()), _DECENT))
        score += np.float32(BODY / WORDS / max(float(body.max()), _DECENT)) * body
        return _Compared(text, run, score, words, body, by_phrase)

    def _by_meaning(self, found: _Compared, vector: Vectors) -> _Compared:
        assert self._dense is not None and self._centres is not None
        script: Language = "zh" if is_chinese(found.text) else "en"
        query = self._centres.centred(script, vector.reshape(1, -1))[0]
        meaning = self._dense.compare(query, found.run)
        # what has no vectors yet is taken to be as near in meaning as it is in words
        known, guess = self._has_vectors[found.run.entries], np.float32(_GUESS) * found.words
        nearest: Scores = np.where(known, _most(meaning.phrases, found.run.starts), guess)
        whole: Scores = np.where(known, meaning.entries, guess)
        score = np.asarray(WORDS * found.score + NEAREST * nearest + WHOLE * whole, np.float32)
        return replace(found, score=score, by_phrase=meaning.phrases, nearest=nearest, whole=whole)

    def _best(self, found: _Compared, wanted: Wanted, limit: int) -> list[int]:
        """Places within the run: of the best entries, one an article, of articles for this reader."""
        chosen: dict[int, int] = {}
        for place in _descending(found.score, 20 * limit):
            owner = int(self._layout.owners[found.run.entries.start + place])
            if owner not in chosen and self._listed[owner].is_for(wanted):
                chosen[owner] = place
                if len(chosen) == limit:
                    break
        return list(chosen.values())

    def _hit(self, found: _Compared, place: int) -> Hit:
        at = found.run.entries.start + place
        entry, first = self._layout.entries[at], int(found.run.starts[place])
        nth = int(np.argmax(found.by_phrase[first : first + len(entry.phrases)]))
        is_same = normalised(entry.phrases[nth]) == found.text
        words = float(found.words[place])
        nearest = None if found.nearest is None else float(found.nearest[place])
        whole = None if found.whole is None else float(found.whole[place])
        return Hit(
            self._listed[int(self._layout.owners[at])],
            float(found.score[place]),
            CERTAIN if is_same else by_words(words) if whole is None else by_meaning(whole),
            entry.phrases[nth],
            words,
            float(found.body[place]),
            nearest,
            whole,
        )


def _most(by_phrase: Scores, starts: Places) -> Scores:
    """The highest of each entry's phrases."""
    return np.asarray(np.maximum.reduceat(by_phrase, starts), np.float32)


def _descending(score: Scores, head: int) -> Iterator[int]:
    """Places from the highest score down; the tail is put in order only when somebody gets there."""
    if len(score) > head:
        places = np.argpartition(-score, head)[:head]
        yield from (int(place) for place in places[np.argsort(-score[places], kind="stable")])
    seen = head if len(score) > head else 0
    yield from (int(place) for place in np.argsort(-score, kind="stable")[seen:])
