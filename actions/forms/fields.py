"""One field of a form, and how its value is read from a message."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from actions import dates
from actions.base import Turn

#: What an optional field holds when the visitor left it out.
LEFT_OUT = "-"
_LETTER = re.compile(r"[^\W_]")
_MAX_NAME = 60


@dataclass(frozen=True)
class Field:
    """slot: where the value goes.  invalid: what to say when there is none in the answer.

    optional: may be left out.  free: any words will do.  entities: what else the value may be recognised by.
    named: how visitors call it when they correct it ("the phone is ...").  title: how a button calls it.
    """

    slot: str
    read: Callable[[Turn], Any]
    invalid: str
    optional: bool = False
    free: bool = False
    entities: tuple[str, ...] = ()
    named: str = ""
    title: Mapping[str, str] = field(default_factory=dict)

    @property
    def confirms(self) -> bool:
        """Does it hold nothing but the yes to all the others?"""
        return self.slot.endswith("_confirmed")


def surface(turn: Turn, entity: str) -> str | None:
    """The first such entity as the visitor wrote it."""
    found = next((e for e in turn.entities if e.get("entity") == entity), None)
    return str(found.get("text") or found["value"]) if found else None


def words(turn: Turn) -> str | None:
    """The whole message, if it says anything."""
    return turn.text if not turn.text.startswith("/") and len(_LETTER.findall(turn.text)) >= 2 else None


def product(turn: Turn) -> str | None:
    """A product we know, as the visitor calls it, or a short name that we do not know."""
    known = surface(turn, "product")
    if known:
        return known
    return turn.text if words(turn) and len(turn.text) <= _MAX_NAME else None


def phone(turn: Turn) -> str | None:
    return turn.entity("phone_number")


def contact(turn: Turn) -> str | None:
    return turn.entity("phone_number") or turn.entity("email")


def order(turn: Turn) -> str | None:
    return turn.entity("order_number")


def day(turn: Turn) -> str | None:
    """From today on; with the date where the words name one exactly: `明天下午 (2026-01-02)`."""
    said = surface(turn, "date")
    if said is None:
        return None
    base = dates.today(turn.metadata.get("now"))
    # the value is in Simplified characters and one width, which the words themselves need not be
    exact = dates.resolve(turn.entity("date") or said, base)
    if exact is None:
        return said
    if exact < base:
        return None
    return said if exact.isoformat() in said else f"{said} ({exact.isoformat()})"


def yes(turn: Turn) -> bool | None:
    return True if turn.intent == "affirm" else None
