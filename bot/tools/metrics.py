"""How good a classifier is, as pure functions of pairs; every number is a share from 0 to 1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb

#: (what is true, what was said)
Pair = tuple[str, str]


@dataclass(frozen=True)
class LabelScore:
    """precision: of what was called so, how much is.  recall: of what is so, how much was called it.

    count: examples that are so.
    """

    label: str
    precision: float
    recall: float
    f1: float
    count: int


@dataclass(frozen=True)
class Bin:
    """Predictions whose confidence lies in (low, high]: mean confidence, and how many of them were right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Change:
    """Two models on the same sentences.  p: see `mcnemar`."""

    fixed: int
    broken: int
    p: float


def accuracy(pairs: Sequence[Pair]) -> float:
    """0.0 for no pairs."""
    return _share(sum(true == said for true, said in pairs), len(pairs))


def label_scores(pairs: Iterable[Pair]) -> list[LabelScore]:
    """One score for each label that is true or was said, by name."""
    true, said, hits = Counter[str](), Counter[str](), Counter[str]()
    for is_so, called in pairs:
        true[is_so] += 1
        said[called] += 1
        hits[is_so] += is_so == called
    return [
        LabelScore(
            label,
            _share(hits[label], said[label]),
            _share(hits[label], true[label]),
            _share(2 * hits[label], true[label] + said[label]),
            true[label],
        )
        for label in sorted({*true, *said})
    ]


def macro_f1(pairs: Sequence[Pair]) -> float:
    """Mean F1 of the labels that occur in the truth: rare ones count like frequent ones."""
    scores = [score.f1 for score in label_scores(pairs) if score.count]
    return _share(sum(scores), len(scores))


def confusions(pairs: Iterable[Pair]) -> list[tuple[Pair, int]]:
    """Mistakes and how often each was made, most frequent first, then by name."""
    counted = Counter((true, said) for true, said in pairs if true != said)
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def reliability(sure: Sequence[tuple[float, bool]], bins: int = 10) -> list[Bin]:
    """(confidence, was it right) in bins of equal width; empty ones are left out."""
    groups: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in sure:
        # a bin contains its upper end; the first one contains zero as well
        number = next(n for n in range(bins) if confidence <= (n + 1) / bins or n == bins - 1)
        groups.setdefault(number, []).append((confidence, right))
    return [
        Bin(
            number / bins,
            (number + 1) / bins,
            len(group),
            sum(confidence for confidence, _ in group) / len(group),
            sum(right for _, right in group) / len(group),
        )
        for number, group in sorted(groups.items())
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: mean distance of confidence and accuracy (Naeini et al. 2015)."""
    total = sum(b.count for b in bins)
    return _share(sum(b.count * abs(b.confidence - b.accuracy) for b in bins), total)


def mcnemar(fixed: int, broken: int) -> float:
    """Two-sided exact p of McNemar's test (1947): were the two models equally good, each sentence on which
    only one is right would be a toss of a coin.  Dietterich 1998 recommends it for models trained once.
    """
    tosses = fixed + broken
    tail = sum(comb(tosses, k) for k in range(min(fixed, broken) + 1))
    return float(min(1.0, 2 * tail / 2**tosses))


def change(before: Sequence[bool], after: Sequence[bool]) -> Change:
    """before and after: whether each sentence was understood, in the same order."""
    pairs = list(zip(before, after, strict=True))
    fixed = sum(now and not then for then, now in pairs)
    broken = sum(then and not now for then, now in pairs)
    return Change(fixed, broken, mcnemar(fixed, broken))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
