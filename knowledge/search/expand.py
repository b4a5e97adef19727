"""A query as weighted tokens of the vocabulary: its own, synonyms, near spellings, pinyin, unfinished
words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from knowledge.search.lexical import Asked, Vocabulary, Words
from knowledge.search.tokens import WEIGHTS, is_chinese, normalised, spelt_out, tokens

#: What a token is worth that the reader did not write.
_SYNONYM, _NEAR, _UNFINISHED, _PINYIN = 0.6, 0.6, 0.5, 5.0
#: Kinds of tokens that a query is made of; the others help to find it in another spelling.
_PLAIN = frozenset("j12w")


class Synonyms:
    """Sets of words; a word of a set in a query stands for the others too."""

    def __init__(self, sets: Iterable[Sequence[str]]) -> None:
        self._others: dict[str, list[str]] = {}
        for words in sets:
            same = [normalised(word) for word in words]
            for word in same:
                self._others.setdefault(word, []).extend(other for other in same if other != word)

    def of(self, text: str) -> list[str]:
        """What the words of a normalised text could be replaced by."""
        padded = f" {text} "
        return [
            other
            for word, others in self._others.items()
            if (word in text if is_chinese(word) else f" {word} " in padded)
            for other in others
            if other not in text
        ]


class Expansion:
    def __init__(self, vocabulary: Vocabulary, words: Words, synonyms: Synonyms) -> None:
        self._vocabulary = vocabulary
        self._words = words
        self._synonyms = synonyms

    def query(self, text: str, *, unfinished: bool = False) -> Asked:
        """What a normalised text asks for; unfinished: it is being typed."""
        found = tokens(text)
        asked = Asked({}, {})
        for token, n in found.items():
            number = self._vocabulary.known(token)
            if number is not None:
                asked.tokens[number] = asked.written[number] = float(n)
            elif token[0] in _PLAIN:
                asked.missing += n * WEIGHTS[token[0]]
        for other in self._synonyms.of(text):
            self._add(asked.tokens, tokens(other), _SYNONYM)
        last = text.rpartition(" ")[2]
        for word in [token[1:] for token in found if token[0] == "w"]:
            if unfinished and word == last and len(word) > 1:
                self._finish(asked, word)
            if self._vocabulary.known(f"w{word}") is None and self._spell(asked, word):
                asked.missing -= WEIGHTS["w"]
        return asked

    def _spell(self, asked: Asked, word: str) -> bool:
        """A word that nobody wrote: perhaps pinyin, perhaps misspelt.  False: neither."""
        syllables = spelt_out(word, self._words.syllables)
        if len(syllables) > 1:
            pairs = {f"p{a}_{b}": 1 for a, b in pairwise(syllables)}
            self._add(asked.tokens, pairs, _PINYIN)
            self._add(asked.written, pairs, _PINYIN)
            return True
        near = self._words.near(word)
        for other, likeness in near:
            self._add(asked.tokens, {f"w{other}": 1}, _NEAR * likeness)
        self._add(asked.written, {f"w{other}": 1 for other, _ in near[:1]}, 1.0)
        return bool(near)

    def _finish(self, asked: Asked, word: str) -> None:
        others = [other for other in self._words.beginning(word) if other != word]
        for other in others:
            self._add(asked.tokens, {f"w{other}": 1}, _UNFINISHED)
        pairs = self._unfinished_pinyin(word)
        for pair in pairs:
            self._add(asked.tokens, {f"p{pair}": 1}, _PINYIN)
        if (others or pairs) and self._vocabulary.known(f"w{word}") is None:
            asked.missing -= WEIGHTS["w"] * (1 - _UNFINISHED)

    def _unfinished_pinyin(self, word: str) -> list[str]:
        """tuik: pairs of syllables that it is the beginning of, after the whole syllables before."""
        for end in range(len(word) - 1, 0, -1):
            whole = spelt_out(word[:end], self._words.syllables)
            if whole and (last := self._words.pairs_beginning(f"{whole[-1]}_{word[end:]}")):
                return [*(f"{a}_{b}" for a, b in pairwise(whole)), *last]
        return []

    def _add(self, worths: dict[int, float], more: Mapping[str, int], worth: float) -> None:
        """What is there already is not counted twice."""
        for token in more:
            number = self._vocabulary.known(token)
            if number is not None:
                worths[number] = max(worths.get(number, 0.0), worth)
