"""What an article says: a question, other ways to ask it, an answer in Markdown, in Chinese and in
English."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from core.errors import Invalid

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

LONGEST_QUESTION, LONGEST_ANSWER, LONGEST_TITLE = 200, 20_000, 40
MOST_SIMILAR, MOST_BUTTONS = 50, 6
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One language.  answer is Markdown (knowledge.richtext); without question or answer the side is not
    there."""

    question: str = ""
    similar: tuple[str, ...] = ()
    answer: str = ""

    @property
    def is_complete(self) -> bool:
        return bool(self.question and self.answer)


class ButtonTitle(msgspec.Struct, frozen=True, kw_only=True):
    zh: str = ""
    en: str = ""


class Button(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Below the answer: opens url, or tells the bot payload, e.g. /request_return.  One of the two."""

    title: ButtonTitle
    url: str | None = None
    payload: str | None = None


class Content(msgspec.Struct, frozen=True, kw_only=True):
    zh: Side = Side()
    en: Side = Side()
    buttons: tuple[Button, ...] = ()

    def side(self, language: Language) -> Side:
        return self.zh if language == "zh" else self.en

    @property
    def languages(self) -> tuple[Language, ...]:
        """In which readers can have it."""
        return tuple(language for language in LANGUAGES if self.side(language).is_complete)


def cleaned(content: Content, *, complete: bool = False) -> Content:
    """The content as it is stored.  complete: at least one side must be.  Raises Invalid with the field."""
    found = Content(
        zh=_side(content.zh, "zh"),
        en=_side(content.en, "en"),
        buttons=tuple(_button(button, f"buttons[{i}]") for i, button in enumerate(content.buttons)),
    )
    if len(found.buttons) > MOST_BUTTONS:
        raise Invalid("too_long", field="buttons")
    if not (found.zh.question or found.en.question):
        raise Invalid("required", field="zh.question")
    if complete:
        check_complete(found)
    return found


def check_complete(content: Content) -> None:
    """What readers may see has a question and an answer in a language at least.  Raises Invalid."""
    if not content.languages:
        language = "zh" if content.zh.question else "en"
        raise Invalid("required", field=f"{language}.answer")


def _side(side: Side, name: str) -> Side:
    question = " ".join(printable(side.question).split())
    _check_length(question, LONGEST_QUESTION, f"{name}.question")
    similar: dict[str, None] = {}
    for i, phrase in enumerate(side.similar):
        words = " ".join(printable(phrase).split())
        _check_length(words, LONGEST_QUESTION, f"{name}.similar[{i}]")
        if words and words != question:
            similar[words] = None
    if len(similar) > MOST_SIMILAR:
        raise Invalid("too_long", field=f"{name}.similar")
    answer = printable(side.answer.replace("\r\n", "\n").replace("\r", "\n")).strip()
    _check_length(answer, LONGEST_ANSWER, f"{name}.answer")
    return Side(question=question, similar=tuple(similar), answer=answer)


def printable(text: str) -> str:
    """Without control characters, which neither databases nor spreadsheets take."""
    return _CONTROL.sub("", text)


def _button(button: Button, field: str) -> Button:
    title = ButtonTitle(zh=button.title.zh.strip(), en=button.title.en.strip())
    if not (title.zh or title.en):
        raise Invalid("required", field=f"{field}.title")
    _check_length(max(title.zh, title.en, key=len), LONGEST_TITLE, f"{field}.title")
    url, payload = (button.url or "").strip() or None, (button.payload or "").strip() or None
    if (url is None) == (payload is None):
        raise Invalid("required", field=f"{field}.url")
    if url is not None and not is_web_address(url):
        raise Invalid("invalid", field=f"{field}.url")
    if payload is not None and not (payload.startswith("/") and len(payload) <= 200):
        raise Invalid("invalid", field=f"{field}.payload")
    return Button(title=title, url=url, payload=payload)


def _check_length(text: str, longest: int, field: str) -> None:
    if len(text) > longest:
        raise Invalid("too_long", field=field)


def is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= 1000
