"""The reliability diagram (DeGroot and Fienberg 1983) as SVG: how sure a model was and how often right."""

from __future__ import annotations

from collections.abc import Sequence

from bot.tools.metrics import Bin

_SIDE, _EDGE = 300, 40


def reliability_svg(bins: Sequence[Bin], title: str, x_title: str, y_title: str) -> str:
    """Bars that reach the diagonal are honest; below it the model is too sure of itself."""
    bars = "".join(_bar(b) for b in bins)
    ticks = "".join(_tick(n / 5) for n in range(6))
    full = _SIDE + 2 * _EDGE
    middle = _EDGE + _SIDE / 2
    return (
        f'<svg viewBox="0 0 {full} {full}" role="img" aria-label="{_plain(title)}" '
        f'font-family="sans-serif" font-size="12" fill="currentColor">'
        f"{bars}{ticks}"
        f'<path d="M{_x(0)} {_y(0)}H{_x(1)}M{_x(0)} {_y(0)}V{_y(1)}" stroke="currentColor" fill="none"/>'
        f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="currentColor" stroke-dasharray="4 4"/>'
        f'<text x="{middle}" y="{full - 4}" text-anchor="middle">{_plain(x_title)}</text>'
        f'<text transform="translate(12 {middle}) rotate(-90)" text-anchor="middle">{_plain(y_title)}</text>'
        "</svg>"
    )


def _bar(b: Bin) -> str:
    top, width = _y(b.accuracy), _x(b.high) - _x(b.low) - 2
    return (
        f'<rect x="{_x(b.low) + 1:.1f}" y="{top:.1f}" width="{width:.1f}" height="{_y(0) - top:.1f}" '
        f'fill="#4a7fd4"><title>{b.confidence:.2f} / {b.accuracy:.2f} ({b.count})</title></rect>'
    )


def _tick(at: float) -> str:
    return (
        f'<text x="{_x(at):.1f}" y="{_y(0) + 14}" text-anchor="middle">{at:.1f}</text>'
        f'<text x="{_x(0) - 6}" y="{_y(at) + 4:.1f}" text-anchor="end">{at:.1f}</text>'
    )


def _x(share: float) -> float:
    return _EDGE + share * _SIDE


def _y(share: float) -> float:
    return _EDGE + (1 - share) * _SIDE


def _plain(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
