"""BM25 over our own tokens, in memory.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009); idf as Lucene has
it, which is never negative.  What a document contributes is computed once, so that a query only adds up.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.search.tokens import WEIGHTS

Scores = NDArray[np.float32]
K1, B = 0.9, 0.5


@dataclass(frozen=True)
class Document:
    """Tokens by number, with how often each occurs."""

    ids: NDArray[np.int32]
    counts: Scores


@dataclass
class Asked:
    """A query.  tokens: what each token found is worth, written: the same of what stands for the reader's own
    words; missing: what their tokens that no document has would be worth, were they equally rare."""

    tokens: dict[int, float]
    written: dict[int, float]
    missing: float = 0.0


class Vocabulary:
    """Numbers for tokens.  It only grows, so documents that were prepared earlier stay valid."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._weights: list[float] = []

    def __len__(self) -> int:
        return len(self._ids)

    def document(self, found: Mapping[str, int], kinds: frozenset[str] | None = None) -> Document:
        """Numbers for all its tokens (of these kinds), new ones where needed."""
        wanted = [(token, n) for token, n in found.items() if kinds is None or token[0] in kinds]
        ids = np.fromiter((self._id(token) for token, _ in wanted), np.int32, len(wanted))
        return Document(ids, np.fromiter((n for _, n in wanted), np.float32, len(wanted)))

    def _id(self, token: str) -> int:
        number = self._ids.setdefault(token, len(self._ids))
        if number == len(self._weights):
            self._weights.append(WEIGHTS[token[0]])
        return number

    def known(self, token: str) -> int | None:
        return self._ids.get(token)

    def tokens(self) -> Iterable[str]:
        return self._ids.keys()

    def weights(self) -> Scores:
        return np.asarray(self._weights, np.float32)


class Lexical:
    """One immutable index over documents."""

    def __init__(self, vocabulary: Vocabulary, documents: Sequence[Document]) -> None:
        self.size, terms = len(documents), len(vocabulary)
        lengths = np.fromiter((len(d.ids) for d in documents), np.int64, self.size)
        ids = np.concatenate([d.ids for d in documents]) if documents else np.empty(0, np.int32)
        counts = np.concatenate([d.counts for d in documents]) if documents else np.empty(0, np.float32)
        places = np.repeat(np.arange(self.size, dtype=np.int32), lengths)
        order = np.argsort(ids, kind="stable")
        self._places = places[order]
        frequency = np.bincount(ids, minlength=terms)
        self._starts = np.concatenate([[0], np.cumsum(frequency)])
        rarity = np.log1p((self.size - frequency + 0.5) / (frequency + 0.5))
        self._idf = (rarity * vocabulary.weights()).astype(np.float32)
        self._rarest = float(np.log1p((self.size + 0.5) / 0.5))
        weighted = vocabulary.weights()[ids] * counts
        length = np.bincount(places, weights=weighted, minlength=self.size)
        shortness = K1 * (1 - B + B * length / max(float(length.mean()) if self.size else 1.0, 1e-9))
        gain = counts * (K1 + 1) / (counts + shortness[places])
        self._gains = (self._idf[ids] * gain)[order].astype(np.float32)

    def scores(self, query: Mapping[int, float]) -> Scores:
        """One score a document; query: token numbers with what each is worth."""
        found = np.zeros(self.size, np.float32)
        for token, worth in query.items():
            if token < len(self._idf):
                start, end = self._starts[token], self._starts[token + 1]
                found[self._places[start:end]] += self._gains[start:end] * np.float32(worth)
        return found

    def perfect(self, asked: Asked) -> float:
        """About what a document that says just the query would score; more than 0."""
        known = sum(self._idf[token] * n for token, n in asked.written.items() if token < len(self._idf))
        return max(float(known) + self._rarest * asked.missing, 1e-6)


class Words:
    """The Latin words and the syllables of a vocabulary at one moment: what spellings are compared with."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        tokens = list(vocabulary.tokens())
        self._words = sorted(token[1:] for token in tokens if token[0] == "w")
        self._pairs = sorted(token[1:] for token in tokens if token[0] == "p")
        self.syllables = frozenset(part for pair in self._pairs for part in pair.split("_") if part.isascii())
        self.near = functools.lru_cache(maxsize=1024)(self._near)

    def _near(self, word: str) -> tuple[tuple[str, float], ...]:
        """Words that it may be a misspelling of, with how near they are, 0 to 1."""
        if len(word) < 4 or word.isdigit():
            return ()
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        found = process.extract(
            word, self._words, scorer=OSA.normalized_similarity, limit=3, score_cutoff=0.74
        )
        return tuple((str(text), float(score)) for text, score, _ in found)

    def beginning(self, start: str) -> list[str]:
        """Words that begin so, not all of very many."""
        return _beginning(self._words, start)

    def pairs_beginning(self, start: str) -> list[str]:
        """Pairs of syllables that begin so, e.g. tui_k."""
        return _beginning(self._pairs, start)


def _beginning(ordered: list[str], start: str, most: int = 20) -> list[str]:
    first = bisect_left(ordered, start)
    return [text for text in ordered[first : first + most] if text.startswith(start)]
