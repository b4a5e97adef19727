"""Articles as interfaces show them; docs/reference has the shapes in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from core.clock import stamp
from core.db import Row
from core.texts import Script, traditional
from knowledge.content import Button, Content, Language
from knowledge.richtext import Address, excerpt, to_html, to_text
from knowledge.search.articles import Found
from knowledge.search.index import Hit


def language_for(script: Script) -> Language:
    return "en" if script == "en" else "zh"


def _writer(script: Script, language: Language) -> Callable[[str], str]:
    """Chinese in the characters that the reader reads."""
    return traditional if script == "zh-Hant" and language == "zh" else lambda text: text


# -- for visitors --------------------------------------------------------------------------------------------


def line(article: Found, script: Script) -> dict[str, Any]:
    """A question to click on.  fallback: it is in the other language, since there is none in the reader's."""
    wanted = language_for(script)
    language = article.shown_in(wanted)
    write = _writer(script, language)
    return {
        "id": article.id,
        "slug": article.slug,
        "question": write(article.content.side(language).question),
        "language": language,
        "fallback": language != wanted,
        "category_id": article.category_id,
    }


def result(hit: Hit, script: Script) -> dict[str, Any]:
    """A line with the beginning of its answer."""
    shown = line(hit.article, script)
    language: Language = shown["language"]
    write = _writer(script, language)
    answer = hit.article.content.side(language).answer
    return {**shown, "excerpt": write(excerpt(answer)), "confidence": round(hit.confidence, 3)}


def page(article: Found, script: Script, address: Address) -> dict[str, Any]:
    """The whole article for a reader."""
    shown = line(article, script)
    language: Language = shown["language"]
    write = _writer(script, language)
    answer = article.content.side(language).answer
    return {
        **shown,
        "html": write(to_html(answer, address)),
        "text": write(to_text(answer)),
        "buttons": [_public_button(button, language, write) for button in article.content.buttons],
        "languages": list(article.content.languages),
        "tags": list(article.tags),
        "helpful": article.helpful,
        "updated_at": stamp(article.published_at),
    }


def _public_button(button: Button, language: Language, write: Callable[[str], str]) -> dict[str, Any]:
    """Payloads are the house's: a reader's program says the title instead."""
    title = (
        write(button.title.zh if language == "zh" else button.title.en) or button.title.zh or button.title.en
    )
    return {"title": title, "url": button.url, "says": None if button.url else title}


# -- for the bot ---------------------------------------------------------------------------------------------


def answer(article: Found, language: Language) -> dict[str, Any]:
    shown = article.shown_in(language)
    side = article.content.side(shown)
    return {
        "id": article.id,
        "slug": article.slug,
        "question": side.question,
        "text": to_text(side.answer),
        "buttons": [msgspec.to_builtins(button) for button in article.content.buttons],
        "language": shown,
        "fallback": shown != language,
    }


# -- for the console -----------------------------------------------------------------------------------------


def summary(row: Row) -> dict[str, Any]:
    """row: of knowledge.lists."""
    content = msgspec.convert(row.content, Content)
    return {
        "id": row.id,
        "slug": row.slug,
        "version": row.version,
        "state": row.state,
        "latest": row.latest,
        "live": row.live,
        "question": {"zh": content.zh.question, "en": content.en.question},
        "languages": list(content.languages),
        "similar": len(content.zh.similar) + len(content.en.similar),
        "category": {"id": row.category_id, "name": row.category_name} if row.category_id else None,
        "audience": row.audience,
        "channels": row.channels,
        "tags": row.tags,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
        "author": row.author_name,
        "helpful": row.helpful,
        "unhelpful": row.unhelpful,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "published_at": row.published_at,
    }


def whole(row: Row) -> dict[str, Any]:
    return {**summary(row), "content": row.content, "origin": row.origin}


def explained(hit: Hit, script: Script) -> dict[str, Any]:
    """A result with what its score is made of."""
    return {
        **result(hit, script),
        "audience": hit.article.audience,
        "text": to_text(hit.article.content.side(hit.article.shown_in(language_for(script))).answer),
        "matched": hit.phrase,
        "score": round(hit.score, 4),
        "parts": {
            "nearest": _rounded(hit.nearest),
            "whole": _rounded(hit.whole),
            "words": _rounded(hit.words),
            "body": _rounded(hit.body),
        },
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
