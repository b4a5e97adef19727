"""What an encoder is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

#: texts x dimensions, float32, each row of length one.
Vectors = NDArray[np.float32]

DIMENSIONS_LIMIT = 4096
#: What of a long text is read: its beginning and its end, in tokens, roughly.  The cost of a text grows with
#: their number, and whoever writes in pictures would keep everybody waiting.
_HEAD, _TAIL = 120, 60
#: Tokens a character: letters of words are shared by many, most others stand alone.
_LETTER, _OTHER = 0.25, 1.0


class EncoderMissing(Exception):
    """The encoder asked for is not there: says what is missing and how to get it."""


class Encoder(Protocol):
    """Maps texts of any language to vectors whose dot product tells how alike their meanings are."""

    @property
    def name(self) -> str:
        """Tells vectors apart that must not be mixed: a model, its version, its settings."""

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text, in order.  The same text gives the same vector.  May be called by any thread."""


def cut(text: str) -> str:
    """What of a text is encoded."""
    if _reach(text, _HEAD + _TAIL) == len(text):
        return text
    return f"{text[: _reach(text, _HEAD)]} {text[len(text) - _reach(text[::-1], _TAIL) :]}"


def _reach(text: str, tokens: float) -> int:
    """How many characters so many tokens are."""
    if len(text) * _OTHER <= tokens:
        return len(text)
    for at, character in enumerate(text):
        tokens -= _LETTER if character.isascii() and (character.isalnum() or character == " ") else _OTHER
        if tokens < 0:
            return at
    return len(text)


def unit(rows: Vectors) -> Vectors:
    """Rows of length one; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)
