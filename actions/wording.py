"""Words for what fills the gaps of sentences, in both languages.  The sentences are in domain.yml."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

#: Intents as buttons and notes name them.
TITLES = Path(__file__).with_name("intent_titles.json")
_NOT_GIVEN = {"zh": "未填", "en": "not given"}
#: For a ticket that no department takes.
_NO_DEPARTMENT = {"zh": "相关同事", "en": "our team"}


def not_given(language: str) -> str:
    """What a confirmation shows for a field that was left out."""
    return _NOT_GIVEN[language]


def department(ticket: Mapping[str, Any], language: str) -> str:
    """Who deals with a ticket.  No department has to: its type's may have been given up."""
    return _in(ticket.get("department") or _NO_DEPARTMENT, language)


def intent_title(name: str) -> dict[str, str] | None:
    """A few words for what somebody wants; None for what needs or has no words, as wanting a person."""
    return None if name == "request_human" else intent_titles().get(name)


def person_button(language: str) -> dict[str, str]:
    """The button that asks for a person."""
    return {"title": intent_titles()["request_human"][language], "payload": "/request_human"}


@lru_cache(maxsize=1)
def intent_titles() -> dict[str, dict[str, str]]:
    return dict(json.loads(TITLES.read_text("utf-8")))


def _in(text: dict[str, str] | str, language: str) -> str:
    return text if isinstance(text, str) else text.get(language) or text["zh"]
