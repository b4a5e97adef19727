"""Entries and queries compared by meaning: vectors of an encoder, brute force.

Sentence vectors of one language share a direction that says nothing; it is taken out, for each language its
own (measured: docs/knowledge.md).  How phrases that ask the same differ from each other is learnt from the
articles themselves, as within-class covariance (Hatch et al. 2006): directions in which they differ count
less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from encoder import Vectors
from knowledge.content import Language
from knowledge.search.layout import Run

#: How many phrases of an index the background counts for: it steadies the centre of a small one.
_BACKGROUND_COUNTS = 20
#: Shrinkage of the covariance towards a sphere, and how much more of it with few samples.
_SHRINK, _SHRINK_FEW = 3.0, 300.0
_FEWEST = 30

#: Texts that have nothing to do with each other: the centre of a language before there are articles.
BACKGROUND: dict[Language, tuple[str, ...]] = {
    "zh": (
        "你好，请问有人吗？",
        "我想问一下怎么办理",
        "这个要多少钱？",
        "什么时候可以弄好？",
        "为什么一直不行？",
        "谢谢你的帮助",
        "我昨天已经说过了",
        "能不能帮我查一下",
        "地址在哪里",
        "需要准备什么材料？",
        "手机打不开了",
        "今天天气怎么样",
        "我不想要了",
        "可以开发票吗",
        "怎么联系你们",
        "密码是什么",
    ),
    "en": (
        "Hello, is anybody there?",
        "How do I get this done?",
        "How much does it cost?",
        "When will it be ready?",
        "Why does it keep failing?",
        "Thank you for your help",
        "I told you yesterday",
        "Could you check something for me?",
        "Where is the address?",
        "Which papers do I need?",
        "My phone does not start",
        "What is the weather like today?",
        "I don't want it any more",
        "Can I have an invoice?",
        "How do I contact you?",
        "What is the password?",
    ),
}

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Meaning:
    """How near a query is to phrases (cosine) and to entries as a whole (cosine under the learnt metric)."""

    phrases: Scores
    entries: Scores


class Centres:
    """The mean of each language."""

    def __init__(self, background: dict[Language, Vectors]) -> None:
        self._background = background
        self._prior = {language: rows.mean(axis=0) for language, rows in background.items()}
        self._means = dict(self._prior)

    def fresh(self) -> Centres:
        """Such that it has learnt nothing yet."""
        return Centres(self._background)

    def learn(self, language: Language, rows: Vectors) -> None:
        known = rows[np.any(rows, axis=1)]
        total = known.sum(axis=0) + _BACKGROUND_COUNTS * self._prior[language]
        self._means[language] = total / (len(known) + _BACKGROUND_COUNTS)

    def centred(self, language: Language, rows: Vectors) -> Vectors:
        """Rows of length one; rows of zeros, which stand for missing vectors, stay."""
        moved = np.where(np.any(rows, axis=1, keepdims=True), rows - self._means[language], 0)
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        return np.asarray(moved / np.where(lengths > 0, lengths, 1), np.float32)


class Dense:
    """phrases: rows in the order of the index, centred; starts: where each entry's phrases begin."""

    def __init__(self, phrases: Vectors, starts: NDArray[np.int64]) -> None:
        self._phrases = phrases
        counts = np.diff(np.append(starts, len(phrases)))
        means = np.add.reduceat(phrases, starts, axis=0) / counts[:, None]
        means = np.asarray(means, np.float32)
        self._metric = _metric(phrases - np.repeat(means, counts, axis=0), counts)
        mapped = means if self._metric is None else means @ self._metric
        lengths = np.sqrt(np.maximum(np.einsum("ij,ij->i", mapped, means), 0))
        self._entries = np.asarray(mapped / np.where(lengths > 0, lengths, 1)[:, None], np.float32)

    def compare(self, query: Vectors, run: Run) -> Meaning:
        """query: one centred row."""
        length = 1.0 if self._metric is None else float(np.sqrt(query @ self._metric @ query))
        return Meaning(
            np.asarray(self._phrases[run.phrases] @ query, np.float32),
            np.asarray(self._entries[run.entries] @ (query / np.float32(max(length, 1e-9))), np.float32),
        )


def _metric(residuals: Vectors, counts: NDArray[np.int64]) -> Vectors | None:
    """The inverse of the shrunk within-entry covariance, scaled to keep sizes; None of too few samples."""
    degrees = int(np.sum(counts - 1))
    if degrees < _FEWEST:
        return None
    covariance = (residuals.T @ residuals).astype(np.float64) / degrees
    size = len(covariance)
    sphere = np.trace(covariance) / size
    if sphere <= 0:
        return None
    shrink = _SHRINK + _SHRINK_FEW / degrees
    inverse = np.linalg.inv(covariance + shrink * sphere * np.eye(size))
    return np.asarray(inverse * size / np.trace(inverse), np.float32)
