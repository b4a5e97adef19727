"""What numbers hide, drawn: how honest confidence is, what may be answered, what is turned away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.nlu.measured import IN_SCOPE, PRECISION, Measured
from bench.nlu.pipelines import NAMES

_COLOURS = dict(zip(NAMES, ("#2f6fde", "#8a8f98", "#d9822b"), strict=True))
_ACROSS = 4
_SIDE_INCHES = 3.0

Decorate = Callable[[Any], None]


def draw(found: Sequence[Measured], folder: Path, prefix: str) -> list[Path]:
    """Write the figures that there are curves for; where they lie."""
    import matplotlib  # type: ignore[import-untyped]

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "keting"  # the same numbers give the same file
    made = []
    for curve, decorate in _FIGURES.items():
        drawn = [m for m in found if curve in m.curves]
        if drawn:
            path = folder / f"{prefix}-{curve}.svg"
            _panels(drawn, curve, decorate, path)
            made.append(path)
    return made


def _panels(found: Sequence[Measured], curve: str, decorate: Decorate, path: Path) -> None:
    """One panel a set."""
    from matplotlib import pyplot

    names = list(dict.fromkeys(m.of for m in found))
    across = min(_ACROSS, len(names))
    down = -(-len(names) // across)
    size = (max(across, 1.5) * _SIDE_INCHES, down * _SIDE_INCHES)
    figure, axes = pyplot.subplots(down, across, figsize=size, squeeze=False)
    panels = list(axes.flat)
    for panel, name in zip(panels, names, strict=False):
        for m in (m for m in found if m.of == name):
            style = "o-" if curve == "reliability" else "-"
            panel.plot(*m.curves[curve], style, color=_COLOURS[m.pipeline], label=m.pipeline, markersize=3)
        panel.set_title(name, fontsize=9)
        panel.tick_params(labelsize=7)
        panel.legend(fontsize=7, frameon=False)
        decorate(panel)
    for panel in panels[len(names) :]:
        panel.set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _label(panel: Any, x: str, y: str) -> None:
    panel.set_xlabel(x, fontsize=8)
    panel.set_ylabel(y, fontsize=8)


def _reliability(panel: Any) -> None:
    panel.plot([0, 1], [0, 1], ":", color="#bbbbbb", linewidth=1)
    _label(panel, "confidence", "accuracy")


def _coverage(panel: Any) -> None:
    panel.axhline(PRECISION, linestyle=":", color="#bbbbbb", linewidth=1)
    _label(panel, "answered", "of those right")


def _oos(panel: Any) -> None:
    panel.axhline(IN_SCOPE, linestyle=":", color="#bbbbbb", linewidth=1)
    _label(panel, "out-of-scope recall", "in-scope accuracy")


_FIGURES: dict[str, Decorate] = {"reliability": _reliability, "coverage": _coverage, "oos": _oos}
