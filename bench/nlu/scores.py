"""What may be answered, found and turned away; shares are from 0 to 1.  See also `bot.tools.metrics`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]

#: Standard errors below which one in twenty falls.
_SURE = 1.645


class Curve(NamedTuple):
    """One point a threshold, strictest first: the share that passes, and how many of those are right."""

    coverage: Numbers
    precision: Numbers


class OosCurve(NamedTuple):
    """One point a threshold, most lenient first."""

    threshold: Numbers
    in_scope_accuracy: Numbers
    oos_recall: Numbers


def coverage_curve(confidence: Sequence[float], right: Sequence[bool]) -> Curve:
    """What passes each threshold that tells predictions apart: equally sure ones pass together."""
    sure, hit = np.asarray(confidence, float), np.asarray(right, float)
    order = np.argsort(-sure, kind="stable")
    last = np.append(np.flatnonzero(np.diff(sure[order])), len(sure) - 1)
    passed = last + 1
    return Curve(passed / len(sure), hit[order].cumsum()[last] / passed)


def coverage_at(curve: Curve, precision: float) -> float:
    """The largest share that is answered with such a precision; 0 where no threshold reaches it."""
    reached = curve.precision >= precision
    return float(curve.coverage[reached].max()) if reached.any() else 0.0


def recall_at_precision(score: Sequence[float], belongs: Sequence[bool], precision: float) -> float:
    """The largest share of what belongs to a class that a threshold finds with such a precision."""
    curve = coverage_curve(score, belongs)
    found = curve.coverage * curve.precision * len(score)
    reached = (curve.precision >= precision) & (found > 0)
    return float(found[reached].max() / max(sum(belongs), 1)) if reached.any() else 0.0


def recall_at(rankings: Sequence[Sequence[str]], truth: Sequence[str], k: int) -> float:
    """How often the truth is among the first k."""
    return sum(label in ranking[:k] for ranking, label in zip(rankings, truth, strict=True)) / len(truth)


def oos_curve(scope: Sequence[float], right: Sequence[bool], scope_of_oos: Sequence[float]) -> OosCurve:
    """Rejecting what scores below a threshold: a text in scope that is rejected counts as an error."""
    inside, hit, outside = np.asarray(scope, float), np.asarray(right, float), np.asarray(scope_of_oos, float)
    thresholds = np.append(np.unique(np.concatenate([inside, outside])), np.inf)
    accuracy = [float((hit * (inside >= t)).mean()) for t in thresholds]
    recall = [float((outside < t).mean()) for t in thresholds]
    return OosCurve(thresholds, np.asarray(accuracy), np.asarray(recall))


def strictest(curve: OosCurve, in_scope_accuracy: float, drawn: float = math.inf) -> float:
    """The highest threshold that leaves such an accuracy; nan where none does.

    drawn: how many texts in scope the curve is of, where others are to be judged by the threshold: their
    accuracy will be that with 95 % confidence (one-sided, the normal approximation).  Without, every second
    choice would be a little too strict for them.
    """
    found = curve.in_scope_accuracy
    kept = curve.threshold[found - _SURE * np.sqrt(found * (1 - found) / drawn) >= in_scope_accuracy]
    return float(kept.max()) if kept.size else math.nan


def at_threshold(curve: OosCurve, threshold: float) -> tuple[float, float]:
    """In-scope accuracy and recall of out-of-scope at a threshold that may be from another curve."""
    if math.isnan(threshold):
        return math.nan, math.nan
    i = int(np.searchsorted(curve.threshold, threshold))
    return float(curve.in_scope_accuracy[i]), float(curve.oos_recall[i])
