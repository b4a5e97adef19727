"""Every picture that is drawn, by the name of its file."""

from __future__ import annotations

from collections.abc import Callable

from core.bilingual import Language
from docs.pictures import anger, bands, turn
from docs.pictures.numbers import ROOT

FOLDER = ROOT / "docs" / "images"
_PICTURES: dict[str, Callable[[Language], str]] = {
    "decides-turn": turn.draw,
    "decides-bands": bands.draw,
    "decides-anger": anger.draw,
}
_LANGUAGES: tuple[Language, ...] = ("zh", "en")


def files() -> dict[str, str]:
    """File name to content."""
    return {
        f"{name}-{language}.svg": draw(language)
        for name, draw in _PICTURES.items()
        for language in _LANGUAGES
    }
