"""A text as the words and n-grams that a classifier may learn from, and the cosine of their weights.

Words are cut as the classifiers cut them (dictionary only, no guessing); n-grams are of characters, within a
run of Chinese or a Latin word.  A set of texts is kept as hashes: 4 bytes a gram, some 60 grams a text.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import numpy as np
from numpy.typing import NDArray

_RUNS = re.compile(r"[㐀-鿿]+|[a-z0-9]+(?:'[a-z]+)?")
_HAN = re.compile(r"[㐀-鿿]")
#: Blanks and signs around a passage, and what marks an n-gram.
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
#: Lengths of n-grams, of Chinese and of Latin letters.
_HAN_SIZES, _LATIN_SIZES = (2, 3), (3, 4)
#: What an n-gram counts beside a word.
_GRAM_WEIGHT = 0.5


@dataclass(frozen=True)
class Shared:
    """A word, or an n-gram, that two texts have in common.  share: of their whole likeness, 0 to 1."""

    text: str
    is_word: bool
    share: float


Hashes = NDArray[np.uint32]
Weights = NDArray[np.float32]


def words(text: str) -> list[str]:
    """The tokens of a normalised text."""
    import rjieba  # its dictionary takes 30 MB: only when somebody asks

    return [word for word in rjieba.cut(text, False) if not word.isspace()]


def grams(text: str) -> list[str]:
    """Every word and n-gram once.  A blank before it marks an n-gram."""
    found = dict.fromkeys(word for word in words(text) if any(c.isalnum() for c in word))
    found |= dict.fromkeys(f" {gram}" for run in _RUNS.findall(text) for gram in _of_run(run))
    return list(found)


def _of_run(run: str) -> Iterator[str]:
    is_han = bool(_HAN.match(run))
    spaced = run if is_han else f"<{run}>"
    for size in _HAN_SIZES if is_han else _LATIN_SIZES:
        for start in range(len(spaced) - size + 1):
            yield spaced[start : start + size]


def hashes(found: Sequence[str]) -> Hashes:
    return np.fromiter((_hash(gram) for gram in found), np.uint32, len(found))


def _hash(gram: str) -> int:
    """The lowest bit tells n-grams from words."""
    return zlib.crc32(gram.encode()) & ~1 | gram.startswith(" ")


class Lexicon:
    """Texts by the hashes of their grams, ready to be compared with another."""

    def __init__(self, texts: Sequence[Hashes]) -> None:
        self._sizes = np.array([len(text) for text in texts], np.int64)
        self._all = np.concatenate([*texts, np.empty(0, np.uint32)])
        self._owner = np.repeat(np.arange(len(texts), dtype=np.int32), self._sizes)
        self._known, counts = np.unique(self._all, return_counts=True)
        idf = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
        self._unknown = float(np.log(1 + len(texts)) + 1)
        self._weights = idf * np.where(self._known & 1, _GRAM_WEIGHT, 1).astype(np.float32)
        squares = self._weight_of(self._all) ** 2
        self._lengths = np.sqrt(np.bincount(self._owner, squares, len(texts))).astype(np.float32)

    def weights(self, grams: Hashes) -> Weights:
        """What each counts: the rarer the more."""
        return self._weight_of(grams)

    def cosines(self, grams: Hashes) -> Weights:
        """Of a text with all texts, in their order."""
        mine = self._weight_of(grams)
        length = float(np.sqrt((mine**2).sum()))
        order = np.argsort(grams)
        at = np.searchsorted(grams[order], self._all)
        at = np.minimum(at, max(len(grams) - 1, 0))
        shared = grams[order][at] == self._all if len(grams) else np.zeros(len(self._all), bool)
        products: Any = self._weight_of(self._all[shared]) ** 2
        sums = np.bincount(self._owner[shared], products, len(self._sizes))
        lengths = self._lengths * length
        return (sums / np.where(lengths > 0, lengths, 1)).astype(np.float32)

    def _weight_of(self, grams: Hashes) -> Weights:
        if not len(self._known):
            return np.ones(len(grams), np.float32)
        at = np.minimum(np.searchsorted(self._known, grams), len(self._known) - 1)
        unknown = self._unknown * np.where(grams & 1, _GRAM_WEIGHT, 1)
        found: Weights = np.where(self._known[at] == grams, self._weights[at], unknown).astype(np.float32)
        return found


def shared(left: str, right: str, lexicon: Lexicon, most: int = 6) -> list[Shared]:
    """What two normalised texts have in common, by the share of it in their likeness: passages that are the
    same, then words and n-grams that stand elsewhere."""
    theirs = set(grams(right))
    both = dict.fromkeys(gram for gram in grams(left) if gram in theirs)
    weights = lexicon.weights(hashes(list(both))) ** 2
    left_over = dict(zip(both, weights.tolist(), strict=True))
    total = sum(left_over.values()) or 1.0
    found: list[Shared] = []
    rest = sorted(map(_bare, left_over), key=lambda text: (-len(text), text))
    for text in filter(None, [*_passages(left, right), *rest]):
        inside = [gram for gram in left_over if _bare(gram) in text]
        share = sum(left_over.pop(gram) for gram in inside) / total
        if share:
            found.append(Shared(text, text in both, share))
    return sorted(found, key=lambda one: -one.share)[:most]


def _bare(passage: str) -> str:
    return _EDGES.sub("", passage)


def _passages(left: str, right: str) -> list[str]:
    """What is the same in both in one order, without parts of Latin words, the longest first."""
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    found = [_whole(left, right, b.a, b.b, b.size) for b in blocks]
    return sorted(map(_bare, found), key=len, reverse=True)


def _whole(left: str, right: str, a: int, b: int, size: int) -> str:
    while size and (_is_inside(left, a) or _is_inside(right, b)):
        a, b, size = a + 1, b + 1, size - 1
    while size and (_is_inside(left, a + size) or _is_inside(right, b + size)):
        size -= 1
    return left[a : a + size]


def _is_inside(text: str, at: int) -> bool:
    """Between two letters of one Latin word."""
    return 0 < at < len(text) and all(c.isascii() and c.isalnum() for c in text[at - 1 : at + 1])
