"""JSON from a gateway, checked: what leaves here can be relied on.  What is wrong is named by its place."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any

from actions.base import Unavailable
from actions.gateway.contract import (
    Happened,
    Invoice,
    Item,
    Member,
    Order,
    Refund,
    Repair,
    Stock,
    Store,
    Words,
)


class Nonsense(Unavailable):
    """The gateway's answer isn't what the contract says.  The message names the place, never the value."""


class Body:
    """One JSON object and where it stood in the answer."""

    def __init__(self, value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise Nonsense(f"{place} is not an object")
        self._value, self._place = value, place

    def text(self, name: str) -> str:
        value = self.maybe_text(name)
        if not value:
            raise self._wrong(name, "a text")
        return value

    def maybe_text(self, name: str) -> str | None:
        value = self._value.get(name)
        if value is not None and not isinstance(value, str):
            raise self._wrong(name, "a text")
        return value or None

    def number(self, name: str) -> float:
        value = self.maybe_number(name)
        if value is None:
            raise self._wrong(name, "a number")
        return value

    def maybe_number(self, name: str) -> float | None:
        value = self._value.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise self._wrong(name, "a number")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._value.get(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def words(self, name: str) -> Words:
        """A text in both languages, or one text that stands for both."""
        found = self.maybe_words(name)
        if found is None:
            raise self._wrong(name, "a text in zh and en")
        return found

    def maybe_words(self, name: str) -> Words | None:
        value = self._value.get(name)
        if isinstance(value, str) and value:
            return {"zh": value, "en": value}
        if value is None or value == "":
            return None
        both = Body(value, self._at(name))
        return {"zh": both.text("zh"), "en": both.text("en")}

    def day(self, name: str) -> date | None:
        value = self.maybe_text(name)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            raise self._wrong(name, "a day (YYYY-MM-DD)") from None

    def moment(self, name: str) -> datetime:
        """Aware; a moment without an offset counts as UTC."""
        try:
            found = datetime.fromisoformat(self.text(name).replace("Z", "+00:00"))
        except ValueError:
            raise self._wrong(name, "a moment (RFC 3339)") from None
        return found if found.tzinfo else found.replace(tzinfo=timezone.utc)

    def has(self, name: str) -> bool:
        return self._value.get(name) is not None

    def part(self, name: str) -> Body:
        return Body(self._value.get(name), self._at(name))

    def parts(self, name: str) -> list[Body]:
        value = self._value.get(name)
        if not isinstance(value, list):
            raise self._wrong(name, "a list")
        return [Body(one, f"{self._at(name)}[{i}]") for i, one in enumerate(value)]

    def texts(self, name: str) -> list[str]:
        value = self._value.get(name)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self._wrong(name, "a list of texts")
        return value

    def _at(self, name: str) -> str:
        return f"{self._place}.{name}"

    def _wrong(self, name: str, wanted: str) -> Nonsense:
        return Nonsense(f"{self._at(name)} is not {wanted}")


def order(body: Body) -> Order:
    """Without `proven` in the answer it counts as not proven, and nothing more is read."""
    proven = body.flag("proven")
    summary = Order(
        number=body.text("number"),
        state=body.text("state"),
        proven=proven,
        expected_on=body.day("expected_on"),
        refund=_refund(body.part("refund"), proven) if body.has("refund") else None,
    )
    if not proven:
        return summary
    return Order(
        **{name: getattr(summary, name) for name in ("number", "state", "proven", "expected_on", "refund")},
        placed_at=body.moment("placed_at"),
        items=tuple(
            Item(one.words("name"), int(one.number("quantity")), one.number("price"))
            for one in body.parts("items")
        ),
        total=body.number("total"),
        currency=body.maybe_text("currency") or "CNY",
        carrier=body.maybe_words("carrier"),
        tracking_number=body.maybe_text("tracking_number"),
        events=tuple(Happened(one.moment("at"), one.words("text")) for one in body.parts("events")),
    )


def _refund(body: Body, proven: bool) -> Refund:
    return Refund(body.text("state"), body.moment("at"), body.number("amount") if proven else None)


def repair(body: Body) -> Repair:
    product = body.maybe_words("product") if body.flag("proven") else None
    return Repair(body.text("number"), body.text("state"), product, body.day("expected_on"))


def member(body: Body) -> Member:
    return Member(
        level=body.words("level"),
        points=int(body.number("points")),
        expiring=int(body.maybe_number("expiring") or 0),
        expiring_on=body.day("expiring_on"),
    )


def invoice(body: Body) -> Invoice:
    return Invoice(
        body.text("state"), body.maybe_text("title"), body.maybe_text("email"), body.maybe_text("url")
    )


def store(body: Body) -> Store:
    return Store(
        id=body.text("id"),
        name=body.words("name"),
        city=body.text("city"),
        city_name=body.words("city_name"),
        district=body.maybe_text("district"),
        address=body.words("address"),
        phone=body.maybe_text("phone"),
        hours=body.words("hours"),
    )


def stock(body: Body) -> Stock:
    quantity = body.maybe_number("quantity")
    return Stock(
        product=body.text("product"),
        is_available=body.flag("is_available"),
        quantity=None if quantity is None else int(quantity),
        color=body.maybe_text("color"),
        color_name=body.maybe_words("color_name"),
        store_name=body.maybe_words("store_name"),
        restock_on=body.day("restock_on"),
    )
