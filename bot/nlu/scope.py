"""Is a text of a kind that the examples know?

A question of its own: a classifier that is sure of one label among those it has may be looking at something
else altogether.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.nlu.heads import Numbers

_NEIGHBOURS = 5
_CHUNK = 1024
#: Steps in which the distribution of the examples is kept.
_QUANTILES = 1000


@dataclass(frozen=True)
class Scope:
    """examples: their vectors as the classifier compares them, None without; usual: mean and deviation of
    their likeness to their neighbours; quantiles: of how familiar they are themselves.
    """

    examples: Numbers | None
    usual: tuple[float, float]
    quantiles: Numbers

    @classmethod
    def fit(cls, outstanding: Numbers, vectors: Numbers | None) -> Scope:
        """outstanding: what `TextModel.judge` says of each example when it is held out; vectors: examples x
        dimensions, of length one.
        """
        if vectors is None:
            return cls(None, (0.0, 1.0), _quantiles(outstanding))
        # the nearest example to an example is itself
        likeness = _likeness(vectors, vectors, skip=1)
        usual = (float(likeness.mean()), float(likeness.std()) or 1.0)
        familiar = outstanding + (likeness - usual[0]) / usual[1]
        return cls(vectors.astype(np.float16), usual, _quantiles(familiar))

    def score(self, outstanding: Numbers, vectors: Numbers | None) -> Numbers:
        """A number from 0 to 1 a text: the share of the examples that are less familiar than it.

        At 0.02 two in a hundred texts of the known kinds would look as strange.
        """
        familiar = outstanding
        if self.examples is not None and vectors is not None:
            likeness = _likeness(vectors, self.examples, skip=0)
            familiar = outstanding + (likeness - self.usual[0]) / self.usual[1]
        elif self.examples is not None:
            familiar = 2 * outstanding  # the other half is not known: take it for as usual as this one
        return np.searchsorted(self.quantiles, familiar) / len(self.quantiles)

    def save(self, folder: Path, name: str) -> None:
        examples = np.zeros((0, 0), np.float16) if self.examples is None else self.examples
        np.savez_compressed(
            folder / f"{name}.npz",
            examples=examples,
            usual=np.asarray(self.usual),
            quantiles=self.quantiles,
        )

    @classmethod
    def load(cls, folder: Path, name: str) -> Scope:
        with np.load(folder / f"{name}.npz", allow_pickle=False) as kept:
            examples = kept["examples"].astype(np.float32) if kept["examples"].size else None
            low, deviation = kept["usual"]
            return cls(examples, (float(low), float(deviation)), kept["quantiles"])


def _likeness(texts: Numbers, examples: Numbers, *, skip: int) -> Numbers:
    """Mean cosine to the nearest neighbours, but for the first skip of them."""
    most = min(_NEIGHBOURS + skip, len(examples))
    found = []
    for start in range(0, len(texts), _CHUNK):  # all at once would take gigabytes
        cosines = texts[start : start + _CHUNK] @ examples.T
        nearest = np.sort(np.partition(cosines, -most, axis=1)[:, -most:], axis=1)
        found.append(nearest[:, : most - skip].mean(axis=1))
    return np.concatenate(found)


def _quantiles(values: Numbers) -> Numbers:
    return np.asarray(np.quantile(values, np.linspace(0, 1, _QUANTILES)), np.float32)
