"""The order of entries and phrases in the arrays of an index.

Entries are laid out by language, so that a query compares itself with one run of them and no copies are made:

    Chinese of articles that have both | only Chinese | only English | English of articles that have both
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.content import Language
from knowledge.search.articles import Entry, Found
from knowledge.search.tokens import is_chinese

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Run:
    """Entries that a query is compared with, the phrases of all of them, and where each entry's begin
    therein."""

    entries: slice
    phrases: slice
    starts: Places

    def __bool__(self) -> bool:
        return bool(self.entries.start < self.entries.stop)


class Layout:
    def __init__(self, articles: Sequence[Found]) -> None:
        unordered = (
            (_block(article, entry), place, entry)
            for place, article in enumerate(articles)
            for entry in article.entries
        )
        laid = sorted(unordered, key=lambda item: item[:2])
        self.entries = [entry for _, _, entry in laid]
        #: Place of the entry's article in articles.
        self.owners = np.fromiter((place for _, place, _ in laid), np.int64, len(laid))
        counts = np.fromiter((len(entry.phrases) for entry in self.entries), np.int64, len(laid))
        self._starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        blocks = np.fromiter((block for block, _, _ in laid), np.int64, len(laid))
        self._ends = [int(end) for end in np.searchsorted(blocks, range(4), side="right")]

    @property
    def starts(self) -> Places:
        """Where the phrases of each entry begin."""
        return self._starts[:-1]

    def run_for(self, text: str, language: Language) -> Run:
        """Entries in the script of a query and in the language to answer in; one of the two of each article,
        where they are the same."""
        chinese = is_chinese(text)
        first = 0 if chinese or language == "zh" else self._ends[0]
        last = self._ends[3] if not chinese or language == "en" else self._ends[2]
        start, stop = int(self._starts[first]), int(self._starts[last])
        return Run(slice(first, last), slice(start, stop), self._starts[first:last] - start)


def _block(article: Found, entry: Entry) -> int:
    both = len(article.entries) == 2
    return (0 if both else 1) if entry.language == "zh" else (3 if both else 2)
