"""Texts as vectors: one small Protocol, the encoders behind it, and a cache on disk by the hash of a text.

Both sides use it, each in its own process: the bot for intents and emotions, the service for searching the
knowledge base.  So it runs on Python 3.10 as well and imports nothing of ours.
"""

from __future__ import annotations

import os

# Read when numpy is loaded, which the service does here first: a small product that is shared out to threads
# waits for them up to ten times as long as it takes.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from encoder.base import DIMENSIONS_LIMIT, Encoder, EncoderMissing, Vectors, cut
from encoder.cache import CachedEncoder
from encoder.choose import encoder_for

__all__ = ["DIMENSIONS_LIMIT", "CachedEncoder", "Encoder", "EncoderMissing", "Vectors", "cut", "encoder_for"]
