"""The encoder of a process: made at its first use, put aside for a while when it fails.  For one thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
import structlog

from encoder import Encoder, EncoderMissing, Vectors
from knowledge.content import Language
from knowledge.search.dense import BACKGROUND, Centres

log = structlog.get_logger(__name__)

#: After an encoder failed (a server that is down), words alone are used for so many seconds.
_REST_S = 60.0


class LazyEncoder:
    """make is called once; None from it: there is no encoder, and never will be."""

    def __init__(self, make: Callable[[], Encoder | None]) -> None:
        self._make = make
        self._encoder: Encoder | None = None
        self._is_made = False
        self._rests_until = 0.0
        self.centres: Centres | None = None  # of the background alone

    def is_ready(self) -> bool:
        """Whether there are meanings at all; makes the encoder."""
        if self.centres is None:
            parts = {language: self.encode(texts) for language, texts in BACKGROUND.items()}
            known = {language: rows for language, rows in parts.items() if rows is not None}
            self.centres = Centres(known) if len(known) == len(parts) else None
        return self.centres is not None

    def encode(self, texts: Sequence[str]) -> Vectors | None:
        """None without an encoder, or while one that failed rests."""
        if time.monotonic() < self._rests_until:
            return None
        try:
            if not self._is_made:
                self._encoder, self._is_made = self._make(), True
            return self._encoder.encode(texts) if self._encoder is not None else None
        except EncoderMissing as err:
            log.warning("knowledge.encoder_missing", error=str(err))
            self._rests_until = time.monotonic() + _REST_S
            return None

    def centred(self, language: Language, parts: Sequence[Vectors]) -> Vectors:
        """Texts of one language around their own centre.  Only after is_ready."""
        assert self.centres is not None
        rows, centres = np.concatenate(parts), self.centres.fresh()
        centres.learn(language, rows)
        return centres.centred(language, rows)
