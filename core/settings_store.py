"""What administrators set in the console: hours, widget, business.  Typed, with defaults, kept in SQL.

Reads are cached; a change hints at "settings", and a cached value is read again after a few seconds even
when the hint is lost.
"""

from __future__ import annotations

import time
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import hours as opening
from core import schema as s
from core.db import Database, Tx
from core.errors import Invalid
from core.hours import Hours

#: Seconds after which a cached value is read again, hint or not.
FRESH_FOR_S = 5.0


class Words(msgspec.Struct, frozen=True, kw_only=True, rename={"hant": "zh-Hant"}):
    """One text in the languages of visitors; without zh-Hant, zh is converted."""

    zh: str = ""
    en: str = ""
    hant: str | None = None


class WidgetBot(msgspec.Struct, frozen=True, kw_only=True):
    name: Words = Words(zh="小客", en="Kay")
    avatar_blob_id: str | None = None


class Widget(msgspec.Struct, frozen=True, kw_only=True):
    """The look of the widget, and which websites may show it (besides our own)."""

    title: Words = Words(zh="在线客服", en="Help")
    greeting: Words = Words(zh="您好！请问有什么可以帮您？", en="Hello! What can we do for you?")
    colour: str = "#1f6feb"
    position: str = "right"
    origins: tuple[str, ...] = ()
    suggestions: tuple[Words, ...] = (
        Words(zh="我的订单到哪了？", en="Where is my order?"),
        Words(zh="怎么退货？", en="How do I return something?"),
        Words(zh="我要报修", en="I need a repair"),
    )
    bot: WidgetBot = WidgetBot()


class Business(msgspec.Struct, frozen=True, kw_only=True):
    name: Words = Words(zh="客厅电器", en="Keting Electronics")


KEYS: dict[type[Any], str] = {Hours: "hours", Widget: "widget", Business: "business"}
S = TypeVar("S", Hours, Widget, Business)


class SettingsStore:
    """Cached reads for request handlers.  One a process; close() ends its watch."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._held: dict[type[Any], tuple[float, Any]] = {}
        self._watching = db.hints.watch("settings")
        self._watch = self._watching.__enter__()

    async def get(self, kind: type[S], tx: Tx | None = None) -> S:
        """tx: one at hand to read with; to hold it and wait for another connection could take for ever."""
        if self._watch.take():
            self._held.clear()
        at, value = self._held.get(kind, (0.0, None))
        if value is None or time.monotonic() - at > FRESH_FOR_S:
            started = time.monotonic()
            value = await (read(tx, kind) if tx else self._read(kind))
            self._held[kind] = (started, value)
        found: S = value
        return found

    async def _read(self, kind: type[S]) -> S:
        async with self._db.reading() as tx:
            return await read(tx, kind)

    def close(self) -> None:
        self._watching.__exit__(None, None, None)


async def read(tx: Tx, kind: type[S]) -> S:
    """The stored value, or the default; what an older version stored is completed with defaults."""
    raw = await tx.value(sa.select(s.setting.c.value).where(s.setting.c.key == KEYS[kind]))
    try:
        return msgspec.convert(raw, kind) if raw is not None else kind()
    except msgspec.ValidationError:
        return kind()


async def write(tx: Tx, value: S) -> None:
    """Check and store.  Raises Invalid with the field."""
    check(value)
    row = insert(s.setting).values(key=KEYS[type(value)], value=msgspec.to_builtins(value), updated_at=tx.now)
    await tx.run(
        row.on_conflict_do_update(
            index_elements=["key"], set_={"value": row.excluded.value, "updated_at": row.excluded.updated_at}
        )
    )
    tx.hint("settings", "presence", "queue")


def check(value: Hours | Widget | Business) -> None:
    match value:
        case Hours():
            opening.check(value)
        case Widget():
            _check_widget(value)
        case Business():
            _check_words(value.name, "name", 80, needed=True)


def _check_widget(widget: Widget) -> None:
    _check_words(widget.title, "title", 40, needed=True)
    _check_words(widget.greeting, "greeting", 500, needed=True)
    _check_words(widget.bot.name, "bot.name", 30, needed=True)
    _check_look(widget)
    if len(widget.origins) > 50:
        raise Invalid("too_long", field="origins")
    for place, origin in enumerate(widget.origins):
        if not is_origin(origin):
            raise Invalid("bad_origin", field=f"origins[{place}]")
    if len(widget.suggestions) > 6:
        raise Invalid("too_long", field="suggestions")
    for place, words in enumerate(widget.suggestions):
        _check_words(words, f"suggestions[{place}]", 60, needed=True)


def _check_look(widget: Widget) -> None:
    digits = widget.colour.removeprefix("#")
    if len(widget.colour) != 7 or len(digits) != 6 or set(digits) - set("0123456789abcdefABCDEF"):
        raise Invalid("bad_colour", field="colour")
    if widget.position not in {"left", "right"}:
        raise Invalid("bad_choice", field="position")


def _check_words(words: Words, field: str, longest: int, *, needed: bool = False) -> None:
    for name, text in (("zh", words.zh), ("en", words.en), ("zh-Hant", words.hant or "")):
        if len(text) > longest:
            raise Invalid("too_long", field=f"{field}.{name}")
    if needed and not (words.zh.strip() and words.en.strip()):
        raise Invalid("required", field=f"{field}.{'zh' if not words.zh.strip() else 'en'}")


def is_origin(text: str) -> bool:
    """https://host, or http:// for a site on this machine, port allowed: what browsers send as Origin."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    local = host in {"localhost", "127.0.0.1", "::1"}
    allowed = parts.scheme == "https" or (parts.scheme == "http" and local)
    return bool(host) and allowed and text == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
