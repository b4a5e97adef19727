"""Is the first article good enough to be the answer?  Scores as a probability, 0 to 1.  Pure.

The slope was fitted on the shop's own training sentences (data/nlu): one, three or six phrasings of each
intent as an article, the others and questions that no article answers as queries.  How near the entry is as
a whole tells more than its nearest phrase, and the rest adds nothing to it (docs/knowledge.md).
"""

from __future__ import annotations

import math

#: The bot answers from here on; below it offers what it found, or a person.
GOOD_ENOUGH = 0.6

_SLOPE, _MIDDLE = 9.7, 0.323
_SLOPE_WORDS, _MIDDLE_WORDS = 9.0, 0.6
#: Of a question in the very words of an article.
CERTAIN = 0.99


def by_meaning(whole: float) -> float:
    """whole: cosine with the entry as a whole."""
    return _logistic(_SLOPE, whole - _MIDDLE)


def by_words(words: float) -> float:
    """Without an encoder, from words alone: share of a perfect match."""
    return _logistic(_SLOPE_WORDS, min(words, 1.0) - _MIDDLE_WORDS)


def _logistic(slope: float, x: float) -> float:
    return 1 / (1 + math.exp(-slope * x))
