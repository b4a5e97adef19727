"""Pictures that people send each other, drawn with a few shapes: nothing is downloaded."""

from __future__ import annotations

import functools
import io

from PIL import Image, ImageDraw

_SIZE = (640, 480)


@functools.cache
def draw(kind: str) -> bytes:
    """PNG of a kind: parcel (dented box), label (shipping label), quote (a page with a table)."""
    picture = Image.new("RGB", _SIZE, "#d9d4cc")
    pen = ImageDraw.Draw(picture)
    {"parcel": _parcel, "label": _label, "quote": _quote}[kind](pen)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def size() -> tuple[int, int]:
    return _SIZE


def _parcel(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((0, 340, 640, 480), fill="#8f8a82")
    pen.polygon([(130, 150), (470, 120), (520, 190), (170, 230)], fill="#c79a62")
    pen.polygon([(170, 230), (520, 190), (510, 390), (180, 420)], fill="#b3854d")
    pen.polygon([(130, 150), (170, 230), (180, 420), (140, 330)], fill="#96703f")
    pen.polygon([(300, 137), (345, 133), (395, 203), (350, 210)], fill="#e3d3a8")
    pen.line([(430, 200), (405, 255), (450, 290), (415, 345), (440, 396)], fill="#3d2a14", width=6)
    pen.polygon([(420, 230), (480, 250), (430, 300)], fill="#6d4f2b")


def _label(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((110, 60, 530, 420), fill="white", outline="#333333", width=4)
    pen.line((110, 150, 530, 150), fill="#333333", width=3)
    pen.line((110, 300, 530, 300), fill="#333333", width=3)
    for n, width in enumerate((4, 9, 3, 6, 10, 4, 3, 8, 5, 9, 3, 6, 4, 10, 5, 3, 8, 4)):
        left = 150 + n * 19
        pen.rectangle((left, 320, left + width, 395), fill="black")
    for top, right in ((85, 330), (115, 420), (180, 470), (215, 400), (250, 440)):
        pen.rectangle((140, top, right, top + 14), fill="#777777")


def _quote(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((150, 20, 490, 460), fill="white", outline="#999999", width=2)
    pen.rectangle((180, 50, 330, 74), fill="#0f6fde")
    for row in range(8):
        top = 120 + row * 36
        pen.line((180, top, 460, top), fill="#bbbbbb", width=2)
        pen.rectangle((190, top + 10, 190 + 90 + (row * 37) % 60, top + 22), fill="#888888")
        pen.rectangle((400, top + 10, 450, top + 22), fill="#555555")
