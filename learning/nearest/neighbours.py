"""The examples that are most like a sentence, by meaning and by words, and what they have in common with it.

Loaded at the first question and again when the examples change.  For 14 000 of them that takes 40 MB, half of
them vectors, and two seconds; a question then takes some 50 ms.  Vectors come from the file in which training
keeps them; what it lacks is computed in the background, and until then words alone decide.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import structlog

from bot.nlu.language import normalise
from encoder import CachedEncoder, Encoder, EncoderMissing, Vectors
from learning.examples.index import Held, Snapshot
from learning.nearest.grams import Hashes, Lexicon, Shared, grams, hashes, shared, words
from learning.nearest.meaning import Cosines, Meanings

log = structlog.get_logger(__name__)
T = TypeVar("T")

NEIGHBOURS = 8
#: Texts encoded in one go: a question waits for no more than these.
_CHUNK = 64
#: A question waits so long for vectors that are kept; new ones take longer.
_WAIT_S = 3.0


@dataclass(frozen=True)
class Neighbour:
    """similarity: the mean of meaning and words, or words alone.  meaning: the cosine of the sentence vectors
    around the mean of their language, 0 for any two texts; None without an encoder.  words: the cosine of
    weighted words and n-grams."""

    held: Held
    similarity: float
    meaning: float | None
    words: float
    shared: Sequence[Shared]


@dataclass(frozen=True)
class Nearest:
    """normalised: the one spelling that the classifiers read; tokens: its words.  The nearest come first."""

    normalised: str
    tokens: Sequence[str]
    neighbours: Sequence[Neighbour]

    @cached_property
    def leaning(self) -> tuple[str, float] | None:
        """The intent that most of the neighbours are of, weighted by their similarity, and its share."""
        votes: Counter[str] = Counter()
        for near in self.neighbours:
            votes[near.held.example.intent] += max(near.similarity, 0.0)  # type: ignore[assignment]
        total = sum(votes.values())
        (name, most), *_ = votes.most_common(1) or [("", 0)]
        return (name, most / total) if total else None

    def disagrees(self, intent: str) -> bool:
        """More than half of what is near is of one other intent."""
        return self.leaning is not None and self.leaning[0] != intent and self.leaning[1] > 0.5


@dataclass(frozen=True)
class _Loaded:
    """The examples of one snapshot.  texts: normalised, in their order."""

    number: int
    examples: Sequence[Held]
    texts: Sequence[str]
    lexicon: Lexicon


class Neighbours:
    """One a process.  encoder is called once, at the first question.  kept: the file in which training keeps
    the vectors of examples."""

    def __init__(self, encoder: Callable[[], Encoder | None], kept: Path) -> None:
        self._make, self._kept = encoder, kept
        self._thread = ThreadPoolExecutor(1, "nearest")
        self._encoder: Encoder | None = None
        self._is_made = False
        self._loaded: _Loaded | None = None
        self._read: dict[str, tuple[str, Hashes]] = {}  # by text: its spelling and its grams
        self._meanings: Meanings | None = None
        self._cosines: tuple[int, Callable[[str, Vectors], Cosines]] | None = None  # by number of a snapshot
        self._filling: asyncio.Task[None] | None = None

    async def of(self, text: str, now: Snapshot) -> Nearest:
        """The nearest of the examples that there are now."""
        loaded = await self._in_thread(self._load, now)
        if self._filling is None and (self._cosines is None or self._cosines[0] != loaded.number):
            self._filling = asyncio.create_task(self._fill(loaded), name="vectors of examples")
        if self._filling is not None:
            await asyncio.wait({self._filling}, timeout=_WAIT_S)
        return await self._in_thread(self._nearest, text, loaded)

    def _load(self, now: Snapshot) -> _Loaded:
        if self._loaded is None or self._loaded.number != now.number:
            known = self._read
            texts = [held.example.text for held in now.examples]
            self._read = {text: known.get(text) or _read(text) for text in texts}
            read = [self._read[text] for text in texts]
            lexicon = Lexicon([found for _, found in read])
            self._loaded = _Loaded(now.number, now.examples, [spelt for spelt, _ in read], lexicon)
        return self._loaded

    async def _fill(self, loaded: _Loaded) -> None:
        """Vectors for all texts that have none."""
        try:
            encoder = await self._in_thread(self._made)
            if encoder is None or not loaded.texts:
                return
            keeper = CachedEncoder(encoder, self._kept)
            meanings = self._meanings = self._meanings or Meanings(encoder.dimensions)
            missing = meanings.missing(loaded.texts)
            vectors: Vectors = np.empty((len(missing), encoder.dimensions), np.float32)
            for start in range(0, len(missing), _CHUNK):
                chunk = missing[start : start + _CHUNK]
                vectors[start : start + len(chunk)] = await self._in_thread(keeper.encode, chunk)
            await self._in_thread(self._arrange, loaded, missing, vectors)
        except EncoderMissing as err:
            log.warning("nearest.encoder_missing", error=str(err))
        finally:
            self._filling = None

    def _made(self) -> Encoder | None:
        if not self._is_made:
            self._encoder, self._is_made = self._make(), True
        return self._encoder

    def _arrange(self, loaded: _Loaded, missing: Sequence[str], vectors: Vectors) -> None:
        assert self._meanings is not None
        if missing:
            self._meanings.learn(missing, vectors)
        self._meanings.keep(loaded.texts)
        self._cosines = loaded.number, self._meanings.around(loaded.texts)

    def _nearest(self, text: str, loaded: _Loaded) -> Nearest:
        spelt = normalise(text)
        mine = grams(spelt)
        by_words = loaded.lexicon.cosines(hashes(mine))
        by_meaning = self._by_meaning(spelt, loaded)
        both = by_words if by_meaning is None else (by_words + by_meaning) / 2
        best = np.argsort(-both, kind="stable")[:NEIGHBOURS]
        found = [
            Neighbour(
                loaded.examples[i],
                float(both[i]),
                None if by_meaning is None else float(by_meaning[i]),
                float(by_words[i]),
                shared(spelt, loaded.texts[i], loaded.lexicon),
            )
            for i in best
            if both[i] > 0
        ]
        return Nearest(spelt, words(spelt), found)

    def _by_meaning(self, spelt: str, loaded: _Loaded) -> Cosines | None:
        if self._cosines is None or self._cosines[0] != loaded.number or self._encoder is None or not spelt:
            return None
        try:
            return self._cosines[1](spelt, self._encoder.encode([spelt])[0])
        except EncoderMissing as err:
            log.warning("nearest.encoder_missing", error=str(err))
            return None

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    async def close(self) -> None:
        if self._filling is not None:
            self._filling.cancel()
            await asyncio.gather(self._filling, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)


def _read(text: str) -> tuple[str, Hashes]:
    spelt = normalise(text)
    return spelt, hashes(grams(spelt))
