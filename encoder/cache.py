"""Vectors kept by the hash of their text: training again costs only what is new."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from encoder.base import Encoder, Vectors, unit

_IN_MEMORY = 4096
_WRITE_EVERY = 512


class CachedEncoder:
    """An encoder that remembers: the latest texts in memory and, given a file, all of them there.

    Processes may share the file.  It holds hashes and half precision numbers, no texts; one that cannot be
    used is as good as none.
    """

    def __init__(self, encoder: Encoder, file: Path | None = None) -> None:
        self._encoder = encoder
        self._memory: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()
        self._file = _open(file) if file else None
        if self._file is not None:
            weakref.finalize(self, self._file.close)
        self.name = encoder.name
        self.dimensions = encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.empty((len(texts), self.dimensions), np.float32)
        missing: dict[str, list[int]] = {}
        for i, text in enumerate(texts):
            known = self._known(text)
            if known is None:
                missing.setdefault(text, []).append(i)
            else:
                rows[i] = known
        fresh = list(missing)
        for start in range(0, len(fresh), _WRITE_EVERY):  # an interrupted run keeps what it has
            batch = fresh[start : start + _WRITE_EVERY]
            vectors = _halved(self._encoder.encode(batch))
            for text, vector in zip(batch, vectors, strict=True):
                rows[missing[text]] = vector
            self._remember(batch, vectors)
        return rows

    def _known(self, text: str) -> Vectors | None:
        with self._lock:
            if text in self._memory:
                self._memory.move_to_end(text)
                return self._memory[text]
            if self._file is None:
                return None
            try:
                found = self._file.execute("select vector from vectors where key = ?", [self._key(text)])
                row = found.fetchone()
            except sqlite3.Error:
                return None
        if row is None or len(row[0]) != 2 * self.dimensions:
            return None
        vector: Vectors = unit(np.frombuffer(row[0], np.float16).astype(np.float32)[None])[0]
        return vector

    def _remember(self, texts: Sequence[str], vectors: Vectors) -> None:
        with self._lock:
            for text, vector in zip(texts, vectors, strict=True):
                self._memory[text] = vector
                if len(self._memory) > _IN_MEMORY:
                    self._memory.popitem(last=False)
            if self._file is None:
                return
            rows = [
                (self._key(t), v.astype(np.float16).tobytes()) for t, v in zip(texts, vectors, strict=True)
            ]
            try:
                with self._file:
                    self._file.executemany("insert or replace into vectors values (?, ?)", rows)
            except sqlite3.Error:
                return  # a full or read-only disk costs time only

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self.name}\0{text}".encode("utf-8", "surrogatepass")).digest()


def _halved(rows: Vectors) -> Vectors:
    """As it will be read from the file, so that a warm cache changes no result."""
    return unit(rows.astype(np.float16).astype(np.float32))


def _open(file: Path) -> sqlite3.Connection | None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(file, timeout=10, check_same_thread=False)
    except (OSError, sqlite3.Error):
        return None
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute(
            "create table if not exists vectors (key blob primary key, vector blob) without rowid"
        )
    except sqlite3.Error:
        connection.close()
        return None
    return connection
