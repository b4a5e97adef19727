"""One table a set, one line a pipeline."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.nlu.bars import WORDS
from bench.nlu.measured import Measured

#: Value -> heading and decimals.
COLUMNS: dict[str, tuple[str, int]] = {
    "accuracy": ("acc %", 1),
    "macro_f1": ("F1 %", 1),
    "r3": ("R@3 %", 1),
    "ece": ("ECE", 3),
    "coverage": ("cov@95 %", 1),
    "embed_s": ("embed s", 1),
    "fit_s": ("fit s", 1),
    "archive_mb": ("model MB", 1),
    "rss_mb": ("RSS MB", 0),
    "p50_ms": ("p50 ms", 1),
    "p95_ms": ("p95 ms", 1),
    "cpu_ms": ("CPU ms", 1),
}
_TOLD_ELSEWHERE = {"train_s"}


def show(found: Sequence[Measured]) -> None:
    """Pipelines on one set.  Columns are of the test; below, what only this set has."""
    sizes = found[0].sizes
    draws = f", mean of {sizes['draws']} draws" if sizes["draws"] > 1 else ""
    print(f"\n{found[0].of}: {sizes['train']:,} training rows, {sizes['test']:,} test rows{draws}")
    widths = {name: max(len(heading), 6) for name, (heading, _) in COLUMNS.items()}
    print(
        "  pipeline  " + "  ".join(f"{COLUMNS[name][0]:>{width}}" for name, width in widths.items()) + "  on"
    )
    for m in found:
        cells = (f"{_number(m.values[name], COLUMNS[name][1]):>{width}}" for name, width in widths.items())
        print(f"  {m.pipeline:<8}  " + "  ".join(cells) + f"  {m.at[:10]}" + _fewer(m, sizes["train"]))
    for name in found[0].values:
        if name not in COLUMNS and name not in _TOLD_ELSEWHERE:
            words, unit = WORDS[name]
            told = ", ".join(f"{m.pipeline} {_number(m.values[name], 1)}" for m in found)
            print(f"  {words} ({unit}): {told}")


def _fewer(m: Measured, usual: int) -> str:
    return f"  ({m.sizes['train']:,} training rows)" if m.sizes["train"] != usual else ""


def _number(value: float, decimals: int) -> str:
    return "-" if math.isnan(value) else f"{value:,.{decimals}f}"
