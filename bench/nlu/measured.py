"""What the predictions of one pipeline on one set come to: numbers for the table, curves for the figures."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from statistics import fmean
from typing import Any

from bench.nlu import scores
from bench.nlu.job import Outcome
from bench.nlu.sets import BenchSet, Rows, Split
from bench.report import percentile
from bot.tools import metrics
from bot.training_data import fold

PRECISION = 0.95
IN_SCOPE = 0.945
ANGRY, ANGRY_PRECISION = "angry", 0.9
#: So many messages are timed, drawn by chance from those that were parsed.
_TIMED = 300
_POINTS = 200


@dataclass
class Measured:
    """values: by name, in the units of `table.COLUMNS`; curves: lists of numbers, by name.  at: ISO, UTC."""

    of: str
    pipeline: str
    sizes: dict[str, int]
    values: dict[str, float]
    curves: dict[str, list[list[float]]] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True)
class _Tried:
    """Predictions of one test.  ranking: the first label is what was predicted."""

    truth: list[str]
    ranking: list[list[str]]
    confidence: list[float]
    scope: list[float]
    ms: list[float]
    cpu_ms: list[float]

    @property
    def predicted(self) -> list[str]:
        return [ranking[0] if ranking else "" for ranking in self.ranking]

    @property
    def right(self) -> list[bool]:
        return [truth == found for truth, found in zip(self.truth, self.predicted, strict=True)]

    @property
    def pairs(self) -> list[metrics.Pair]:
        return list(zip(self.truth, self.predicted, strict=True))

    @property
    def sure(self) -> list[tuple[float, bool]]:
        return list(zip(self.confidence, self.right, strict=True))

    def part(self, at: Sequence[int]) -> _Tried:
        lists = (self.truth, self.ranking, self.confidence, self.scope, self.ms, self.cpu_ms)
        return _Tried(*([values[i] for i in at] for values in lists))  # type: ignore[arg-type]


def measure(of: BenchSet, pipeline: str, splits: Sequence[Split], outcomes: Sequence[Outcome]) -> Measured:
    """Values are means over the splits; curves are of the first."""
    each, curves = [], []
    for split, outcome in zip(splits, outcomes, strict=True):
        predictions = outcome.served["tests"]
        # ours tells the feeling beside the intent; another pipeline has only intents to tell it by
        by_emotion = of.kind == "emotion" and predictions["test"][0]["emotion"] is not None
        tried = {name: _tried(rows, predictions[name], by_emotion) for name, rows in split.tests.items()}
        each.append(_costs(outcome, tried["test"]) | _values(of, split, tried))
        curves.append(_curves(tried))
    values = {name: fmean(found[name] for found in each) for name in each[0]}
    sizes = {"train": len(splits[0].train), "test": len(splits[0].tests["test"]), "draws": len(splits)}
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return Measured(of.name, pipeline, sizes, values, curves[0], now)


def _tried(rows: Rows, predictions: Sequence[dict[str, Any]], by_emotion: bool) -> _Tried:
    truth = [row.label for row in rows]
    ms, cpu_ms = ([p[name] for p in predictions] for name in ("ms", "cpu_ms"))
    if by_emotion:
        sure = [p["emotion"]["confidence"] for p in predictions]
        return _Tried(truth, [[p["emotion"]["name"]] for p in predictions], sure, sure, ms, cpu_ms)
    sure = [p["confidence"] for p in predictions]
    # who has no opinion on scope is asked how sure they are
    scope = [p["confidence"] if p["scope"] is None else p["scope"] for p in predictions]
    return _Tried(truth, [p["ranking"] for p in predictions], sure, scope, ms, cpu_ms)


def _costs(outcome: Outcome, test: _Tried) -> dict[str, float]:
    timed = test.part(random.Random(0).sample(range(len(test.ms)), min(_TIMED, len(test.ms))))
    rss = outcome.served["rss_mb"]
    return {
        **outcome.trained,
        "train_s": outcome.trained["fit_s"] + outcome.trained["embed_s"],
        "rss_mb": math.nan if rss is None else rss,
        "p50_ms": percentile(timed.ms, 0.5),
        "p95_ms": percentile(timed.ms, 0.95),
        "cpu_ms": percentile(timed.cpu_ms, 0.5),
    }


def _values(of: BenchSet, split: Split, tried: dict[str, _Tried]) -> dict[str, float]:
    test = tried["test"]
    values = {
        "repeated": 100 * _repeated(split),
        "accuracy": 100 * fmean(test.right),
        "macro_f1": 100 * metrics.macro_f1(test.pairs),
        "r3": 100 * _in_first_three(test),
        "ece": metrics.calibration_error(metrics.reliability(test.sure)),
        "coverage": 100 * scores.coverage_at(scores.coverage_curve(test.confidence, test.right), PRECISION),
    }
    for name, at in split.slices.items():
        part = test.part(at)
        worth = metrics.macro_f1(part.pairs) if of.kind == "emotion" else fmean(part.right)
        values[name] = 100 * worth
    if "traditional" in tried:
        values["traditional"] = 100 * fmean(tried["traditional"].right)
        values["traditional_loss"] = values["accuracy"] - values["traditional"]
    if ANGRY in test.truth and of.kind == "emotion":
        values["angry_recall"] = 100 * _angry_recall(test)
    if "test_oos" in tried:
        values |= _scope_values(tried)
    return values


def _repeated(split: Split) -> float:
    """The share of test texts that were trained on, case, width, script and punctuation apart."""
    known = {fold(row.text) for row in split.train}
    return fmean(fold(row.text) in known for row in split.tests["test"])


def _in_first_three(test: _Tried) -> float:
    """nan where only one label is told."""
    if all(len(ranking) <= 1 for ranking in test.ranking):
        return math.nan
    return scores.recall_at(test.ranking, test.truth, 3)


def _angry_recall(test: _Tried) -> float:
    """Anger is what the gate sees: the confidence of a message called angry, else none."""
    anger = [
        sure if found == ANGRY else 0.0 for sure, found in zip(test.confidence, test.predicted, strict=True)
    ]
    return scores.recall_at_precision(anger, [truth == ANGRY for truth in test.truth], ANGRY_PRECISION)


def _scope_values(tried: dict[str, _Tried]) -> dict[str, float]:
    """The threshold chosen on validation data, and the best that the test data would have allowed."""
    curve, chosen_on = _scope_curve(tried, "test"), _scope_curve(tried, "val")
    chosen = scores.strictest(chosen_on, IN_SCOPE, drawn=len(tried["val"].right))
    in_scope, recall = scores.at_threshold(curve, chosen)
    _, best = scores.at_threshold(curve, scores.strictest(curve, IN_SCOPE))
    return {"oos_in_scope": 100 * in_scope, "oos_recall": 100 * recall, "oos_recall_curve": 100 * best}


def _scope_curve(tried: dict[str, _Tried], name: str) -> scores.OosCurve:
    return scores.oos_curve(tried[name].scope, tried[name].right, tried[f"{name}_oos"].scope)


def _curves(tried: dict[str, _Tried]) -> dict[str, list[list[float]]]:
    test = tried["test"]
    bins = metrics.reliability(test.sure)
    answered = scores.coverage_curve(test.confidence, test.right)
    curves = {
        "reliability": [[b.confidence for b in bins], [b.accuracy for b in bins]],
        "coverage": _thinned(answered.coverage, answered.precision),
    }
    if "test_oos" in tried:
        found = _scope_curve(tried, "test")
        curves["oos"] = _thinned(found.oos_recall, found.in_scope_accuracy)
    return curves


def _thinned(*columns: Any) -> list[list[float]]:
    """As many points as a figure can show."""
    step = max(1, len(columns[0]) // _POINTS)
    return [[round(float(v), 5) for v in column[::step]] for column in columns]
