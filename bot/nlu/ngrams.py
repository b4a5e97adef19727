"""A text as weighted n-grams of its words and of its characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
        cuts = _cut(texts)
        return hstack([v.transform(cut) for v, cut in zip(self.views, cuts, strict=True)]).tocsr()

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


def _cut(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    return [words(text) for text in texts], list(texts)
