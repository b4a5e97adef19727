"""Sentence vectors of examples, and how near another one is to each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.training_data import CJK
from encoder import Vectors

Cosines = NDArray[np.float32]


class Meanings:
    """Rows of vectors for texts, one each, whatever order they came in.  4 bytes a dimension."""

    def __init__(self, dimensions: int) -> None:
        self._rows: dict[str, int] = {}
        self._vectors: Vectors = np.empty((0, dimensions), np.float32)

    def missing(self, texts: Sequence[str]) -> list[str]:
        return [text for text in dict.fromkeys(texts) if text not in self._rows]

    def learn(self, texts: Sequence[str], vectors: Vectors) -> None:
        for text in texts:
            self._rows[text] = len(self._rows)
        self._vectors = np.concatenate([self._vectors, vectors]) if len(self._vectors) else vectors

    def keep(self, texts: Sequence[str]) -> None:
        """Forget all others."""
        wanted = dict.fromkeys(text for text in texts if text in self._rows)
        if len(wanted) < len(self._rows):
            self._vectors = self._vectors[[self._rows[text] for text in wanted]]
            self._rows = {text: row for row, text in enumerate(wanted)}

    def around(self, texts: Sequence[str]) -> Callable[[str, Vectors], Cosines]:
        """The cosine of a text's vector with each of texts, all around the mean of their language.

        Vectors of one encoder point more or less the same way, those of one language even more: only what
        lies around the mean tells texts apart.
        """
        places = np.array([self._rows[text] for text in texts])
        rows, own = self._vectors, np.array([_is_han(text) for text in self._rows], np.int64)
        means = np.stack([_mean(rows, own == 0), _mean(rows, own == 1)])
        with_means = rows @ means.T  # texts x languages
        between = means @ means.T
        lengths = np.sqrt(1 - 2 * with_means[np.arange(len(rows)), own] + between[own, own])

        def cosines(text: str, vector: Vectors) -> Cosines:
            of = int(_is_han(text))
            away = vector - means[of]
            dots = rows @ vector - with_means[:, of] - (means @ vector)[own] + between[own, of]
            scale = lengths * float(np.linalg.norm(away))
            found: Cosines = (dots / np.where(scale > 0, scale, 1)).astype(np.float32)
            clipped: Cosines = np.clip(found[places], -1, 1)
            return clipped

        return cosines


def _is_han(text: str) -> bool:
    return CJK.search(text) is not None


def _mean(rows: Vectors, chosen: NDArray[np.bool_]) -> Vectors:
    """Of a language that no text is in: of all."""
    weights = chosen.astype(np.float32) if chosen.any() else np.ones(len(rows), np.float32)
    mean: Vectors = np.asarray(weights @ rows / weights.sum(), np.float32)
    return mean
