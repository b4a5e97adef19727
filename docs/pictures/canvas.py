"""Drawings of boxes, arrows and words as SVG, narrow enough to be read on a phone.

Lengths are units of the drawing, `WIDTH` of them across.  Nothing is measured by a browser: words are taken a
little wider than they are, so that they fit whatever font the reader has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH = 420
MARGIN = 14
#: How much larger a page shows it where there is room.
_SCALE = 1.3
_FONTS = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"

_HAN = r"[\u3400-\u9fff]"
_MARKS = "、，。；：？！）”》"
INK, MUTED, LINE, PAPER = "#1f2933", "#52606d", "#9aa5b1", "#ffffff"


@dataclass(frozen=True)
class Tone:
    ground: str
    line: str


PLAIN = Tone("#f5f7fa", "#9aa5b1")
BLUE = Tone("#e8f1fb", "#3f7cc0")
GREEN = Tone("#e7f6ec", "#3d8f5f")
YELLOW = Tone("#fdf5dc", "#b98a1c")
RED = Tone("#fcebe9", "#c0483d")

#: Of words inside a box: the first line and the rest.
TITLE, DETAIL = 15, 13
_PAD, _LEAD = 9, 1.42
#: How much wider bold letters are.
_BOLD = 1.1


@dataclass
class Canvas:
    """title, description: what a reader hears who does not see it."""

    title: str
    description: str
    _parts: list[str] = field(default_factory=list)

    def text(
        self, x: float, y: float, words: str, *, size: int = DETAIL, bold: bool = False,
        anchor: str = "start", color: str = INK,
    ) -> None:  # fmt: skip
        """One line; y: its base line."""
        weight = ' font-weight="600"' if bold else ""
        self._parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size}"{weight} text-anchor="{anchor}" fill="{color}">'
            f"{escape(words, quote=False)}</text>"
        )

    def paragraph(
        self, x: float, y: float, width: float, words: str, *, size: int = DETAIL, bold: bool = False,
        color: str = INK,
    ) -> float:  # fmt: skip
        """Lines from y downwards; returns where they end."""
        for line in wrapped(words, width, size, bold=bold):
            self.text(x, y + size, line, size=size, bold=bold, color=color)
            y += size * _LEAD
        return y

    def box(
        self, x: float, y: float, width: float, title: str, detail: str = "", tone: Tone = PLAIN, *,
        least: float = 0, dashed: bool = False,
    ) -> float:  # fmt: skip
        """least: its height where the words need less.  Returns its lower edge."""
        height = max(least, height_of(width, title, detail))
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.shape(f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="7" '
                   f'fill="{tone.ground}" stroke="{tone.line}"{dash}/>')  # fmt: skip
        below = y + _PAD - 3
        if title:
            below = self.paragraph(x + _PAD, below, width - 2 * _PAD, title, size=TITLE, bold=True)
        if detail:
            self.paragraph(x + _PAD, below, width - 2 * _PAD, detail, color=MUTED)
        return y + height

    def row(self, y: float, boxes: Sequence[tuple[str, str, Tone]], gap: float = 10) -> float:
        """Boxes of one height beside each other, across the drawing.  Returns their lower edge."""
        width = (WIDTH - 2 * MARGIN - gap * (len(boxes) - 1)) / len(boxes)
        least = max(height_of(width, title, detail) for title, detail, _ in boxes)
        for i, (title, detail, tone) in enumerate(boxes):
            self.box(MARGIN + i * (width + gap), y, width, title, detail, tone, least=least)
        return y + least

    def arrow(self, x: float, y: float, length: float = 16) -> float:
        """Downwards.  Returns where it ends."""
        end = y + length
        self.shape(f'<path d="M{x:g} {y:g}V{end - 6:g}" stroke="{LINE}" stroke-width="1.6"/>')
        self.shape(f'<path d="M{x - 4:g} {end - 7:g}h8l-4 7z" fill="{LINE}"/>')
        return end

    def line(
        self, x1: float, y1: float, x2: float, y2: float, color: str = LINE, *, dashed: bool = False
    ) -> None:
        dash = ' stroke-dasharray="4 4"' if dashed else ""
        self.shape(f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" stroke="{color}" fill="none"{dash}/>')

    def shape(self, svg: str) -> None:
        self._parts.append(svg)

    def svg(self, height: float) -> str:
        """The whole file."""
        height = round(height)
        body = "\n".join(self._parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH * _SCALE:g}" '
            f'height="{height * _SCALE:g}" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-labelledby="title description" font-family="{_FONTS}">\n'
            f'<title id="title">{escape(self.title)}</title>\n'
            f'<desc id="description">{escape(self.description)}</desc>\n'
            f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>\n{body}\n</svg>\n'
        )


def height_of(width: float, title: str, detail: str) -> float:
    """Of a box around these words."""
    lines = 0
    if title:
        lines += len(wrapped(title, width - 2 * _PAD, TITLE, bold=True)) * TITLE
    if detail:
        lines += len(wrapped(detail, width - 2 * _PAD, DETAIL)) * DETAIL
    return round(lines * _LEAD + 2 * _PAD - 3)


def wrapped(words: str, width: float, size: int, *, bold: bool = False) -> list[str]:
    """Lines no wider than that.  Chinese breaks anywhere but before a mark, other writing at blanks.

    Raises ValueError for a word that fits no line.
    """
    lines: list[str] = []
    for paragraph in words.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            if line and extent(line + piece.rstrip(), size, bold=bold) > width:
                lines.append(line.rstrip())
                line = piece.lstrip()
            else:
                line += piece
            if extent(line.rstrip(), size, bold=bold) > width:
                raise ValueError(f"{line!r} is wider than {width:g}")
        lines.append(line.rstrip())
    return lines


def extent(words: str, size: int, *, bold: bool = False) -> float:
    """How wide a line is, rather too much than too little."""
    return sum(_em(character) for character in words) * size * (_BOLD if bold else 1)


def _pieces(words: str) -> Iterator[str]:
    """What is not to be parted: a Chinese character with the marks around it, a word with its blank."""
    yield from re.findall(rf"[（“《]*(?:{_HAN}|(?:(?![ {_MARKS}]|{_HAN}).)+)[{_MARKS}]*[ ]*|.", words)


def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF" or character in "“”‘’…—→":
        return 1.0
    if character in " \u00a0.,:;'|!ijlt()[]":
        return 0.38
    if character in "mwMW":
        return 0.95
    return 0.74 if character.isupper() else 0.62
