"""The text classifier behind intents and emotions: n-grams and a sentence vector, mixed as the data asks for.

Seconds to train, a few megabytes, no TensorFlow; probabilities mean what they say; vectors are optional.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from scipy.sparse import csr_matrix, hstack
from sklearn.model_selection import StratifiedKFold

from bot.nlu.heads import (
    Discriminant,
    Fit,
    Head,
    Numbers,
    SupportVectors,
    log_loss,
    softmax,
    temperature,
)
from bot.nlu.ngrams import NGrams

#: How much a sentence vector weighs beside two views of n-grams of length one each (measured, docs/nlu.md).
_DENSE_WEIGHT = 1.4
#: Up to so many examples a label the covariance of vectors is mostly guessed.
_FEW = 20
_SHRINKAGE_FEW, _SHRINKAGE_MANY = 0.75, 0.3
_FOLDS = 3
#: From so many examples on, starting processes costs less than it saves.
_LARGE = 3_000
#: The head that answers where there are no vectors; always kept.
_ALONE = "sparse"
#: Shares of the heads are tried in tenths.
_STEPS = 10
#: For a set too small to try anything on: temperatures and shares that were good on average.
_USUAL = {"sparse": (9.0, 0.2), "hybrid": (6.0, 0.2), "dense": (0.06, 0.8)}


@dataclass(frozen=True)
class _Part:
    """A head, how sharp its margins are, and its share in the answer."""

    head: Head
    temperature: float
    share: float


@dataclass(frozen=True)
class TextModel:
    """A trained model.

    center: mean of the training vectors, None for one trained without.  usual: mean and deviation of the
    leading margin over training examples that were held out; held_out: what `judge` said of each example when
    it was, in their order, and zero of those that never were (not kept in files, None for a set too small to
    hold anything out).
    """

    ngrams: NGrams
    parts: dict[str, _Part]
    labels: list[str]
    center: Numbers | None
    usual: tuple[float, float] = (0.0, 1.0)
    held_out: Numbers | None = None

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        labels: Sequence[str],
        vectors: Numbers | None = None,
        *,
        c: float,
        balanced: bool = False,
    ) -> TextModel:
        """Train on normalised texts and their vectors (texts x dimensions); at least two labels.

        c: how closely the examples are followed.  balanced: labels count alike, however rare.  The same
        input gives the same model.
        """
        names, truth = np.unique(np.asarray(labels), return_inverse=True)
        ngrams, rows = NGrams.fit(texts)
        center = None if vectors is None else vectors.mean(axis=0)
        views = _views(rows, _centred(vectors, center))
        fits: dict[str, Fit] = {
            "sparse": SupportVectors(c, balanced),
            "hybrid": SupportVectors(c, balanced),
            "dense": Discriminant(_SHRINKAGE_FEW if len(texts) <= _FEW * len(names) else _SHRINKAGE_MANY),
        }
        heads, margins, held = _learn(views, fits, truth)
        chosen = _choose(margins, truth[held]) if margins else _usual(views)
        parts = {
            name: _Part(heads[name], heat, share)
            for name, (heat, share) in chosen.items()
            if share > 0 or name == _ALONE
        }
        model = cls(ngrams, parts, [str(n) for n in names], center)
        if not margins:
            return model
        leading = margins[model._leading(views)].max(axis=1)
        usual = (float(leading.mean()), float(leading.std()) or 1.0)
        held_out = np.zeros(len(truth), np.float32)
        held_out[held] = (leading - usual[0]) / usual[1]
        return replace(model, usual=usual, held_out=held_out)

    def judge(self, texts: Sequence[str], vectors: Numbers | None = None) -> tuple[Numbers, Numbers]:
        """Probabilities (texts x labels, each row summing to one), and how far the best margin of each text
        is from the usual one, in deviations: far below where a text resembles no label.

        Without the vectors that a model was trained with, its n-grams answer alone.
        """
        views = _views(self.ngrams.rows(texts), _centred(vectors, self.center))
        used = self.parts if len(views) > 1 else {_ALONE: replace(self.parts[_ALONE], share=1.0)}
        margins = {n: p.head.margins(views[n]) for n, p in used.items() if p.share > 0}
        mixed = sum(used[n].share * softmax(used[n].temperature * m) for n, m in margins.items())
        best = margins[self._leading(views)].max(axis=1)
        return np.asarray(mixed), (best - self.usual[0]) / self.usual[1]

    def probabilities(self, texts: Sequence[str], vectors: Numbers | None = None) -> Numbers:
        """texts x labels, each row summing to one."""
        return self.judge(texts, vectors)[0]

    def rank(self, text: str, vector: Numbers | None = None) -> list[tuple[str, float]]:
        """Labels with their probabilities, likeliest first."""
        return self.ranked(self.probabilities([text], None if vector is None else vector[None])[0])

    def ranked(self, row: Numbers) -> list[tuple[str, float]]:
        return [(self.labels[i], float(row[i])) for i in np.argsort(-row)]

    def centred(self, vectors: Numbers) -> Numbers:
        """Vectors as this model compares them: less their mean, of length one."""
        centred = _centred(vectors, self.center)
        assert centred is not None, "a model that was trained without vectors"
        return centred

    def _leading(self, views: dict[str, Any]) -> str:
        """The head whose margins tell best whether a text resembles anything known."""
        return next(n for n in ("hybrid", "dense", _ALONE) if n in views and self._answers(n, views))

    def _answers(self, name: str, views: dict[str, Any]) -> bool:
        return len(views) == 1 or (name in self.parts and self.parts[name].share > 0)

    def save(self, folder: Path, name: str) -> None:
        """Numbers and strings only: a model file that was tampered with can mislead, never run code."""
        arrays = self.ngrams.arrays()
        for part, p in self.parts.items():
            arrays[f"{part}.weights"] = p.head.weights.astype(np.float16)
            arrays[f"{part}.bias"] = p.head.bias
        if self.center is not None:
            arrays["center"] = self.center
        np.savez_compressed(folder / f"{name}.npz", **arrays)
        state = {
            "labels": self.labels,
            "usual": self.usual,
            "parts": {part: [p.temperature, p.share] for part, p in self.parts.items()},
            "vocabularies": self.ngrams.vocabularies(),
        }
        (folder / f"{name}.json").write_text(json.dumps(state, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path, name: str) -> TextModel:
        state = json.loads((folder / f"{name}.json").read_text("utf-8"))
        with np.load(folder / f"{name}.npz", allow_pickle=False) as arrays:
            parts = {
                part: _Part(
                    Head(arrays[f"{part}.weights"].astype(np.float32), arrays[f"{part}.bias"]), heat, share
                )
                for part, (heat, share) in state["parts"].items()
            }
            center = arrays["center"] if "center" in arrays else None
            ngrams = NGrams.restored(state["vocabularies"], arrays)
            return cls(ngrams, parts, state["labels"], center, tuple(state["usual"]))


def _views(sparse: csr_matrix, dense: Numbers | None) -> dict[str, Any]:
    """What each head sees."""
    if dense is None:
        return {"sparse": sparse}
    return {
        "sparse": sparse,
        "hybrid": hstack([sparse, csr_matrix(_DENSE_WEIGHT * dense)]).tocsr(),
        "dense": dense,
    }


def _centred(vectors: Numbers | None, center: Numbers | None) -> Numbers | None:
    """Vectors of one model all point roughly one way: what tells texts apart is the rest."""
    if vectors is None or center is None:
        return None
    away: Numbers = vectors - center
    lengths = np.linalg.norm(away, axis=1, keepdims=True)
    return np.asarray(away / np.where(lengths > 0, lengths, 1), np.float32)


def _learn(
    views: dict[str, Any], fits: dict[str, Fit], truth: Numbers
) -> tuple[dict[str, Head], dict[str, Numbers], Numbers]:
    """Each view's head, and its margins (examples x labels) on examples that it was not trained on, and which
    examples those are: all of labels that have enough of them; no margins where hardly any label has.

    A large set is shared out among the cores: by processes, because liblinear's dice are one for all threads
    and the same data would no longer give the same model.
    """
    everything = np.arange(len(truth))
    held = everything[np.bincount(truth)[truth] >= _FOLDS]
    jobs = [(name, everything, everything[:0]) for name in views]
    if len(np.unique(truth[held])) > 1:
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
        for _, part in folds.split(np.zeros(len(held)), truth[held]):
            rest = np.setdiff1d(everything, held[part])  # with every example of the rare labels
            jobs += [(name, rest, held[part]) for name in views]
    jobs.sort(key=lambda job: -views[job[0]].size * len(job[1]))  # the longest first: nobody waits at the end
    cores = (os.cpu_count() or 1) if len(truth) > _LARGE else 1
    done = Parallel(n_jobs=cores)(
        delayed(_head)(fits[name], views[name], truth, train, test) for name, train, test in jobs
    )
    heads: dict[str, Head] = {}
    margins: dict[str, Numbers] = {}
    for (name, _, test), (head, held_out) in zip(jobs, done, strict=True):
        if len(test):
            margins.setdefault(name, np.zeros((len(truth), held_out.shape[1]), np.float32))[test] = held_out
        else:
            heads[name] = head
    return heads, {name: margins[name][held] for name in views if name in margins}, held


def _head(fit: Fit, rows: Any, truth: Numbers, train: Numbers, test: Numbers) -> tuple[Head, Numbers]:
    """A head of the examples `train`, and its margins on the examples `test`."""
    head = fit(rows[train], truth[train])
    return head, head.margins(rows[test])


def _choose(margins: dict[str, Numbers], truth: Numbers) -> dict[str, tuple[float, float]]:
    """Temperature and share of each head, by what they said of held-out examples."""
    heats = {name: temperature(m, truth) for name, m in margins.items()}
    at = np.arange(len(truth)), truth
    shares = _shares({name: softmax(heats[name] * m)[at] for name, m in margins.items()})
    return {name: (heats[name], shares[name]) for name in margins}


def _shares(held_out: dict[str, Numbers]) -> dict[str, float]:
    """The mixture whose held-out probabilities of the truth are likeliest; steps of a tenth."""
    best: tuple[int, ...] = ()
    best_loss = np.inf
    for tenths in itertools.product(range(_STEPS + 1), repeat=len(held_out)):
        if sum(tenths) == _STEPS:
            mixed = sum(n / _STEPS * p for n, p in zip(tenths, held_out.values(), strict=True))
            loss = log_loss(np.asarray(mixed))
            if loss < best_loss - 1e-9:
                best, best_loss = tenths, loss
    return dict(zip(held_out, (n / _STEPS for n in best), strict=True))


def _usual(views: dict[str, Any]) -> dict[str, tuple[float, float]]:
    if "dense" not in views:
        return {"sparse": (_USUAL["sparse"][0], 1.0)}
    return {**_USUAL, "sparse": (_USUAL["sparse"][0], 0.0)}
