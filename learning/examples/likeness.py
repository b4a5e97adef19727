"""Which of many texts could be near duplicates of a few: what is left for the linter to compare."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from bot.data_faults import NEAR

T = TypeVar("T")


def close_to(wanted: Sequence[str], pool: Iterable[tuple[str, T]]) -> list[list[T]]:
    """For each text, what of the pool shares enough of its 3-grams; all texts are folded.

    Two sets of grams that are NEAR alike have at least so much of either in common, so nothing is missed.
    The pool is gone through once, however many texts there are.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    least = []
    for index, text in enumerate(wanted):
        grams = _grams(text)
        least.append(NEAR * len(grams))
        for gram in grams:
            holders[gram].append(index)
    found: list[list[T]] = [[] for _ in wanted]
    for folded, one in pool:
        hits = Counter(index for gram in _grams(folded) for index in holders.get(gram, ()))
        for index, count in hits.items():
            if count >= least[index]:
                found[index].append(one)
    return found


def _grams(text: str) -> set[str]:
    return {text[i : i + 3] for i in range(max(1, len(text) - 2))}
