"""Any server that speaks the OpenAI embeddings protocol (`POST .../embeddings`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import requests

from encoder.base import DIMENSIONS_LIMIT, EncoderMissing, Vectors, cut, unit

_BATCH = 128


class RemoteEncoder:
    """url: up to and without /embeddings.  Raises EncoderMissing where the server fails or answers
    nonsense."""

    def __init__(self, url: str, model: str, *, key: str | None = None, timeout_s: float = 10.0) -> None:
        self._url = f"{url.rstrip('/')}/embeddings"
        self._model = model
        self._session = requests.Session()
        if key:
            self._session.headers["Authorization"] = f"Bearer {key}"
        self._timeout_s = timeout_s
        self.name = f"remote-{model}"
        self.dimensions = self._ask(["dimensions"]).shape[1]

    def encode(self, texts: Sequence[str]) -> Vectors:
        parts = [
            self._ask([cut(text) or " " for text in texts[start : start + _BATCH]])
            for start in range(0, len(texts), _BATCH)
        ]
        return np.concatenate(parts) if parts else np.empty((0, self.dimensions), np.float32)

    def _ask(self, texts: list[str]) -> Vectors:
        try:
            answer = self._session.post(
                self._url, json={"model": self._model, "input": texts}, timeout=self._timeout_s
            )
            answer.raise_for_status()
            data = sorted(answer.json()["data"], key=lambda item: item["index"])
            rows = np.asarray([item["embedding"] for item in data], np.float32)
        except (requests.RequestException, KeyError, TypeError, ValueError) as err:
            raise EncoderMissing(f"the encoder at {self._url} gave no vectors: {err}") from err
        if rows.ndim != 2 or len(rows) != len(texts) or not 0 < rows.shape[1] <= DIMENSIONS_LIMIT:
            raise EncoderMissing(f"the encoder at {self._url} gave {rows.shape} for {len(texts)} texts")
        return unit(rows)
