"""Texts as weighted tokens, for Chinese and English alike.  Each kind of token has a letter before it:

j  a word as jieba cuts it        1  a character        2  two neighbouring characters
p  two neighbouring syllables in pinyin, so that homophones and pinyin find each other
w  a Latin word or number         g  four of its letters, so that misspelt words find each other
b  two neighbouring Latin words
"""

from __future__ import annotations

import functools
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

#: What a token of each kind counts (measured: docs/knowledge.md).
WEIGHTS = {"j": 1.0, "1": 0.7, "2": 0.7, "p": 0.15, "w": 1.0, "g": 0.4, "b": 0.3}
LONGEST = 400
#: Of an answer only words count: it says a lot, and what it is about is in the question.
BODY_KINDS = frozenset("jw2")
LONGEST_BODY = 2000
_RUNS = re.compile(r"[㐀-鿿]+|[a-z0-9]+(?:'[a-z]+)?")
_CHINESE = re.compile(r"[㐀-鿿]")
_GRAM = 4


def normalised(text: str, longest: int = LONGEST) -> str:
    """One spelling: NFKC, small letters, simplified characters, single blanks."""
    found = " ".join(unicodedata.normalize("NFKC", text[: 2 * longest]).lower().split())[:longest]
    if is_chinese(found) and not _is_simplified(found):
        found = _converter().convert(found)
    return found


def is_chinese(text: str) -> bool:
    return bool(_CHINESE.search(text))


def _is_simplified(text: str) -> bool:
    """GB 2312 holds no traditional characters: what fits needs no dictionaries."""
    try:
        "".join(_CHINESE.findall(text)).encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@functools.cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("tw2sp")


def tokens(text: str) -> Counter[str]:
    """Tokens of a normalised text with how often each occurs."""
    found: Counter[str] = Counter()
    latin: list[str] = []
    for run in _RUNS.findall(text):
        if is_chinese(run):
            found.update(_chinese(run))
        else:
            latin.append(run)
            found.update(_grams(run))
    found.update(f"w{word}" for word in latin)
    found.update(f"b{first}_{second}" for first, second in pairwise(latin))
    return found


def _chinese(run: str) -> Iterator[str]:
    import rjieba

    syllables = [syllable(character) for character in run]
    for word in rjieba.cut(run):
        yield f"j{word}"
    for i, character in enumerate(run):
        yield f"1{character}"
        if i + 1 < len(run):
            yield f"2{run[i : i + 2]}"
            yield f"p{syllables[i]}_{syllables[i + 1]}"


def _grams(word: str) -> Iterator[str]:
    if len(word) >= _GRAM:
        padded = f"<{word}>"
        for i in range(len(padded) - _GRAM + 1):
            yield f"g{padded[i : i + _GRAM]}"


@functools.lru_cache(maxsize=8192)
def syllable(character: str) -> str:
    """Its most frequent reading without tone, e.g. kuan; the character itself where there is none."""
    # Set before the first import: phrases and copies of dictionaries cost 30 MB, and readings by phrase are
    # not wanted, since a wrong character makes another phrase.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")
    from pypinyin import lazy_pinyin

    return str(lazy_pinyin(character)[0])


def spelt_out(word: str, syllables: frozenset[str]) -> list[str]:
    """tuikuan as [tui, kuan], if it is made of syllables of the vocabulary; else nothing.

    Of several ways the one with the fewest syllables.
    """
    best: list[list[str] | None] = [[]] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 6), end):
            before = best[start]
            if before is None or word[start:end] not in syllables:
                continue
            now = best[end]
            if now is None or len(before) + 1 < len(now):
                best[end] = [*before, word[start:end]]
    return best[-1] or []
