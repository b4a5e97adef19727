"""The bars that ours has to meet, and all numbers as the rows that every benchmark writes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.nlu.measured import Measured
from bench.report import Row

OURS, PEER = "ours", "diet"
#: Training against the peer's, the sentence vectors of a cold cache included.
FASTER = 20.0

#: Value -> what it is called and its unit.
WORDS: dict[str, tuple[str, str]] = {
    "accuracy": ("accuracy", "%"),
    "macro_f1": ("macro-F1", "%"),
    "r3": ("truth among the first 3", "%"),
    "ece": ("expected calibration error, 10 bins", ""),
    "coverage": ("coverage at 95 % precision", "%"),
    "embed_s": ("sentence vectors of the training data, empty cache", "s"),
    "fit_s": ("training, vectors apart", "s"),
    "train_s": ("training, vectors included", "s"),
    "archive_mb": ("model archive", "MB"),
    "rss_mb": ("resident memory when serving", "MB"),
    "p50_ms": ("parse p50", "ms"),
    "p95_ms": ("parse p95", "ms"),
    "cpu_ms": ("CPU of a parse p50", "ms"),
    "repeated": ("test texts that are training texts as well", "%"),
    "zh": ("Chinese", "%"),
    "en": ("English", "%"),
    "zh-Hans": ("Chinese in simplified characters", "%"),
    "zh-Hant": ("Chinese in traditional characters", "%"),
    "traditional": ("accuracy in traditional characters", "%"),
    "traditional_loss": ("lost by traditional characters", "points"),
    "angry_recall": ("recall of angry at 90 % precision", "%"),
    "oos_in_scope": ("in-scope accuracy at the threshold that validation chose", "%"),
    "oos_recall": ("out-of-scope recall at that threshold", "%"),
    "oos_recall_curve": ("out-of-scope recall where in-scope accuracy is 94.5 %", "%"),
}


@dataclass(frozen=True)
class Bar:
    of: str
    value: str
    limit: float
    least: bool = True

    def met(self, value: float) -> bool:
        """nan meets nothing."""
        return value >= self.limit if self.least else value <= self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.least else '<='} {self.limit:g}"


BARS = (
    Bar("banking77", "accuracy", 93.0),
    Bar("banking77-10", "accuracy", 84.0),
    Bar("banking77-5", "accuracy", 76.0),
    Bar("clinc150", "accuracy", 96.0),
    Bar("clinc150", "oos_in_scope", 94.5),
    Bar("clinc150", "oos_recall", 75.0),
    Bar("smp2017", "accuracy", 94.0),
    Bar("smp2017-10", "accuracy", 82.5),
    Bar("smp2017", "traditional_loss", 1.0, least=False),
    Bar("ewect", "macro_f1", 67.0),
    Bar("goemotions", "macro_f1", 57.0),
    Bar("heldout", "zh", 90.0),
    Bar("heldout", "en", 92.0),
    Bar("heldout", "p95_ms", 30.0, least=False),
    Bar("heldout", "repeated", 0.0, least=False),
    Bar("heldout-emotion", "macro_f1", 65.0),
    Bar("heldout-emotion", "angry_recall", 60.0),
)


def rows(found: Sequence[Measured]) -> list[Row]:
    """Every number of every pipeline; those of ours with their bars."""
    bars = {(bar.of, bar.value): bar for bar in BARS}
    told = []
    for m in found:
        for name, value in m.values.items():
            words, unit = WORDS[name]
            bar = bars.get((m.of, name)) if m.pipeline == OURS else None
            met = bar.met(value) if bar else None
            if math.isnan(value) and not bar:
                continue
            told.append(Row(f"{m.of}, {m.pipeline}: {words}", value, unit, str(bar or ""), met))
    return told + _faster(found)


def _faster(found: Sequence[Measured]) -> list[Row]:
    """Both learn the same rows: a set that the peer could not learn in time is not run with it."""
    ours = {m.of: m.values["train_s"] for m in found if m.pipeline == OURS}
    told = []
    for peer in found:
        if peer.pipeline == PEER and peer.of in ours:
            times = peer.values["train_s"] / ours[peer.of]
            what = f"{peer.of}: training, times faster than {PEER}"
            told.append(Row(what, times, "x", f">= {FASTER:g}", times >= FASTER))
    return told
