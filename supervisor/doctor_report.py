"""What a check of the doctor found, and how it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.bilingual import Bilingual, Language

Verdict = Literal["ok", "warn", "fail"]

MARKS: dict[Verdict, Bilingual] = {
    "ok": Bilingual("正常", "ok"),
    "warn": Bilingual("注意", "warn"),
    "fail": Bilingual("失败", "FAIL"),
}


@dataclass(frozen=True)
class Finding:
    """One line of the report; fix says what to do unless all is well."""

    what: Bilingual
    verdict: Verdict
    detail: Bilingual
    fix: Bilingual | None = None

    def to(self, language: Language) -> str:
        line = f"[{MARKS[self.verdict].to(language)}] {self.what.to(language)}: {self.detail.to(language)}"
        return f"{line}\n       → {self.fix.to(language)}" if self.fix else line


def plain(text: str) -> Bilingual:
    """A detail that needs no translation: a path, a version, a message of another program."""
    return Bilingual(text, text)
