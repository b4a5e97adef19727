"""Models of the sentence-transformers library, where the operator has installed it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from encoder.base import EncoderMissing, Vectors, cut


class TransformersEncoder:
    """model: a name or a folder that sentence-transformers can load, "query: " before each text if it is an
    E5."""

    def __init__(self, model: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as err:
            raise EncoderMissing("sentence-transformers is not installed in this environment") from err
        try:
            self._model: Any = SentenceTransformer(model, device="cpu")
        except OSError as err:
            raise EncoderMissing(f"the model {model} cannot be loaded: {err}") from err
        self._prefix = "query: " if "e5" in model.lower() else ""
        self._lock = threading.Lock()
        self.name = f"transformers-{model}"
        self.dimensions = int(self._model.get_sentence_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            rows = self._model.encode(
                [self._prefix + cut(text) for text in texts], normalize_embeddings=True, convert_to_numpy=True
            )
        return np.asarray(rows, np.float32).reshape(len(texts), self.dimensions)
