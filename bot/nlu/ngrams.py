"""A text as weighted n-grams of its words and of its characters."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jieba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

#: How the two views of a text, its words and its characters, are cut into n-grams.
_WORDS: dict[str, Any] = {"token_pattern": r"\S+", "ngram_range": (1, 2), "sublinear_tf": True}
_CHARS: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (1, 5), "sublinear_tf": True}
#: In large sets an n-gram that occurs once tells nothing and makes most of the model's size.
_LARGE = 5_000

jieba.setLogLevel("ERROR")


def words(text: str) -> str:
    """Words of both languages, joined by blanks."""
    return " ".join(w for w in jieba.cut(text, HMM=False) if not w.isspace())


@dataclass(frozen=True)
class NGrams:
    """Texts to rows of tf-idf weights, one view after the other, each view of length one."""

    views: list[TfidfVectorizer]

    @classmethod
    def fit(cls, texts: Sequence[str]) -> tuple[NGrams, csr_matrix]:
        """The n-grams of these texts, and the texts as rows of them."""
        rare = 2 if len(texts) > _LARGE else 1
        views = [TfidfVectorizer(**settings, min_df=rare) for settings in (_WORDS, _CHARS)]
        rows = [view.fit_transform(cut) for view, cut in zip(views, _cut(texts), strict=True)]
        return cls(views), hstack(rows).tocsr()

    def rows(self, texts: Sequence[str]) -> csr_matrix:
        """As the views transform them, in a third of the time for a single text."""
        read = [
            reader(cut)
            for cuts in zip(*_cut(texts), strict=True)
            for reader, cut in zip(self._readers, cuts, strict=True)
        ]
        columns, weights = zip(*read, strict=True)
        ends = [0, *itertools.accumulate(map(len, columns))][:: len(self.views)]
        width = sum(len(view.vocabulary_) for view in self.views)
        return csr_matrix((np.concatenate(weights), np.concatenate(columns), ends), (len(texts), width))

    @cached_property
    def _readers(self) -> list[Callable[[str], tuple[NDArray[Any], NDArray[Any]]]]:
        starts = [0, *itertools.accumulate(len(view.vocabulary_) for view in self.views[:-1])]
        return [_reader(view, start) for view, start in zip(self.views, starts, strict=True)]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What `restored` needs besides the vocabularies."""
        return {f"idf{i}": view.idf_ for i, view in enumerate(self.views)}

    def vocabularies(self) -> list[list[str]]:
        return [sorted(v.vocabulary_, key=v.vocabulary_.__getitem__) for v in self.views]

    @classmethod
    def restored(cls, vocabularies: Sequence[Sequence[str]], arrays: Any) -> NGrams:
        views = []
        for i, settings in enumerate((_WORDS, _CHARS)):
            view = TfidfVectorizer(**settings, vocabulary=vocabularies[i])
            view.idf_ = np.asarray(arrays[f"idf{i}"])
            views.append(view)
        return cls(views)


def _reader(view: TfidfVectorizer, start: int) -> Callable[[str], tuple[NDArray[Any], NDArray[Any]]]:
    """What a view makes of a text: its columns, counted from start, and their weights, of length one."""
    analyse, columns = view.build_analyzer(), view.vocabulary_
    idf = view.idf_.astype(np.float32)

    def read(text: str) -> tuple[NDArray[Any], NDArray[Any]]:
        counts = Counter(columns[gram] for gram in analyse(text) if gram in columns)
        found = np.fromiter(counts, np.int32, len(counts))
        times = np.fromiter(counts.values(), np.float32, len(counts))
        weights = (1 + np.log(times)) * idf[found]
        return found + start, weights / (np.linalg.norm(weights) or 1)

    return read


def _cut(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    return [words(text) for text in texts], list(texts)
