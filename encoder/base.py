"""What an encoder is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

#: texts x dimensions, float32, each row of length one.
Vectors = NDArray[np.float32]

DIMENSIONS_LIMIT = 4096
#: What of a long text is read: its beginning and its end.  The cost of a text grows with its length.
_HEAD, _TAIL = 240, 120


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
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]} {text[-_TAIL:]}"


def unit(rows: Vectors) -> Vectors:
    """Rows of length one; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)
