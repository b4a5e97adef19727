"""Texts into the pieces of words that a model knows: the likeliest way to cut them (Viterbi).

Kudo, "Subword Regularization", ACL 2018, section 3.2; blanks become a mark of their own before it
(SentencePiece, Kudo and Richardson, EMNLP 2018).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_BLANK = "▁"
#: An unknown character costs so much more than the rarest piece (SentencePiece's kUnkPenalty).
_UNKNOWN_COSTS = 10.0


class Unigram:
    """pieces and scores (natural logarithms) in the order of their numbers; replaced: for str.translate."""

    def __init__(
        self, pieces: Sequence[str], scores: Sequence[float], unknown: int, replaced: Mapping[int, str]
    ) -> None:
        self._known = {
            piece: (number, score)
            for number, (piece, score) in enumerate(zip(pieces, scores, strict=True))
            if piece and number != unknown
        }
        self._longest = max(map(len, self._known))
        self._unknown = (unknown, min(scores) - _UNKNOWN_COSTS)
        self._replaced = replaced

    def cut(self, text: str) -> list[int]:
        """The numbers of its pieces, in order."""
        text = re.sub("  +", " ", text.translate(self._replaced))
        text = (text if text.startswith(" ") else f" {text}").replace(" ", _BLANK)
        best = [(0.0, 0, 0)]  # for each end: the score so far, where the last piece began, its number
        best += [(float("-inf"), 0, 0)] * len(text)
        for start in range(len(text)):
            reached = best[start][0]
            number, score = self._unknown
            if reached + score > best[start + 1][0]:
                best[start + 1] = (reached + score, start, number)
            for end in range(start + 1, min(len(text), start + self._longest) + 1):
                known = self._known.get(text[start:end])
                if known is not None and reached + known[1] > best[end][0]:
                    best[end] = (reached + known[1], start, known[0])
        numbers: list[int] = []
        at = len(text)
        while at:
            _, at, number = best[at]
            numbers.append(number)
        return numbers[::-1]
