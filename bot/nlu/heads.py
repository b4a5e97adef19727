"""Linear heads: what they see is a matrix, what they say is a margin per label.

Three of them look at a text in different ways and none is best everywhere: n-grams alone know the words of a
business, the sentence vector alone generalises from five examples, both together win with many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import LinearSVC

Numbers = NDArray[Any]
#: rows x features and labels to a head
Fit = Callable[[Any, Numbers], "Head"]

#: Where the machines stop to improve; stricter costs a quarter more and changes no answer (measured).
_TOLERANCE = 1e-2
#: Temperatures tried for softmax(T x margin).
_TEMPERATURES = np.geomspace(0.02, 20.0, 80)


@dataclass(frozen=True)
class Head:
    """margins = rows x weights + bias; weights: features x labels."""

    weights: Numbers
    bias: Numbers

    def margins(self, rows: Any) -> Numbers:
        # of one kind with the weights, or all of these are converted for a single text
        return np.asarray(rows.astype(self.weights.dtype, copy=False) @ self.weights + self.bias)


@dataclass(frozen=True)
class SupportVectors:
    """One linear support vector machine a label; c: how closely the examples are followed; balanced: rare
    labels are as important as frequent ones.
    """

    c: float
    balanced: bool

    def __call__(self, rows: Any, labels: Numbers) -> Head:
        weight = "balanced" if self.balanced else None
        model = LinearSVC(C=self.c, class_weight=weight, tol=_TOLERANCE, random_state=0).fit(rows, labels)
        return Head(*_all_labels(model.coef_, model.intercept_))


@dataclass(frozen=True)
class Discriminant:
    """Linear discriminant analysis (Hastie et al., Elements of Statistical Learning, 4.3) with the covariance
    shrunk towards an even one: closed form, and hard to beat with few examples.

    Labels count alike, however many examples they have.
    """

    shrinkage: float

    def __call__(self, rows: Numbers, labels: Numbers) -> Head:
        means = np.stack([rows[labels == label].mean(axis=0) for label in np.unique(labels)])
        within = rows - means[np.searchsorted(np.unique(labels), labels)]
        covariance = within.T @ within / len(rows)
        even = np.eye(rows.shape[1]) * (np.trace(covariance) / rows.shape[1] or 1.0)
        weights = np.linalg.solve((1 - self.shrinkage) * covariance + self.shrinkage * even, means.T)
        bias = -0.5 * np.einsum("ld,dl->l", means, weights)
        return Head(weights.astype(np.float32), bias.astype(np.float32))


def softmax(scores: Numbers) -> Numbers:
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


def log_loss(of_truth: Numbers) -> float:
    """Mean negative log-likelihood, given the probabilities of what is true."""
    return float(-np.log(of_truth + 1e-9).mean())


def temperature(margins: Numbers, truth: Numbers) -> float:
    """The temperature under which held-out margins give the best probabilities (Guo et al. 2017)."""
    at = np.arange(len(truth)), truth
    losses = [log_loss(softmax(t * margins)[at]) for t in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def _all_labels(weights: Numbers, bias: Numbers) -> tuple[Numbers, Numbers]:
    """scikit-learn keeps one row for two labels."""
    if len(weights) == 1:
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return weights.T.astype(np.float32), bias.astype(np.float32)
