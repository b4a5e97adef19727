"""A sentence for people in both languages, and the choice between them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class Bilingual(NamedTuple):
    """The same words in Chinese (simplified) and in English."""

    zh: str
    en: str

    def to(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


def terminal_language(environ: Mapping[str, str] | None = None) -> Language:
    """What a terminal asks for: the first of LC_ALL, LC_MESSAGES and LANG that is set decides."""
    values = os.environ if environ is None else environ
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := values.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
