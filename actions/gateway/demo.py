"""Made-up data of a made-up shop, so that a fresh clone has something to look up."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from actions import dates
from actions.base import NotFound
from actions.gateway import reading
from actions.gateway.contract import (
    RESOURCES,
    Asker,
    Invoice,
    InvoiceRequest,
    Member,
    NotProven,
    Order,
    Rejected,
    Repair,
    Stock,
    Store,
    TooManyAttempts,
)
from actions.gateway.reading import Body

DATA = Path(__file__).with_name("demo_data.json")
#: Different wrong phone numbers after which an order believes none; a real system forgets them after an hour.
MOST_WRONG = 5
_MOST_LISTED = 10
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:]+Z)?")
_TAX_NUMBER = re.compile(r"[0-9A-Z]{15,20}")


class DemoGateway:
    """Its dates are written as of one day, `as_of` in the file, and told as of today.

    Parcels on their way stay on their way.
    """

    def __init__(self, today: Callable[[], date] = lambda: dates.today(None)) -> None:
        self._today = today
        self._wrong: dict[str, set[str]] = {}
        self._requested: dict[str, Invoice] = {}

    async def capabilities(self) -> frozenset[str]:
        return RESOURCES

    async def order(self, number: str, asker: Asker) -> Order:
        found = self._find("orders", number)
        return _told(found, self._is_owner(number, found, asker))

    async def orders(self, asker: Asker) -> tuple[Order, ...]:
        found = [one for one in self._data()["orders"].values() if _is_customer(one, asker)]
        found.sort(key=lambda one: str(one["placed_at"]), reverse=True)
        return tuple(_told(one, proven=True) for one in found[:_MOST_LISTED])

    async def repair(self, number: str, asker: Asker) -> Repair:
        found = self._find("repairs", number)
        proven = self._is_owner(number, self._find("orders", number), asker)
        return reading.repair(Body({**found, "proven": proven}, "repair"))

    async def member(self, phone: str) -> Member:
        return reading.member(Body(self._find("members", phone), "member"))

    async def invoice(self, number: str, asker: Asker) -> Invoice:
        if not self._is_owner(number, self._find("orders", number), asker):
            raise NotProven(number)
        if number in self._requested:
            return self._requested[number]
        return reading.invoice(Body(self._data()["invoices"].get(number, {"state": "none"}), "invoice"))

    async def request_invoice(self, number: str, asker: Asker, what: InvoiceRequest, key: str) -> Invoice:
        present = await self.invoice(number, asker)
        if present.state != "none":
            return present
        if what.tax_number and not _TAX_NUMBER.fullmatch(what.tax_number):
            raise Rejected("tax_number")
        return self._requested.setdefault(number, Invoice("requested", what.title, what.email))

    async def stores(self, city: str | None = None, district: str | None = None) -> tuple[Store, ...]:
        return tuple(
            reading.store(Body(one, "store"))
            for one in self._data()["stores"]
            if city in (None, one["city"]) and district in (None, one["district"])
        )

    async def stock(
        self, product: str, color: str | None = None, city: str | None = None
    ) -> tuple[Stock, ...]:
        return tuple(
            reading.stock(Body(one, "stock"))
            for one in self._stock(city)
            if one["product"] == product and color in (None, one["color"])
        )

    def _stock(self, city: str | None) -> Iterator[dict[str, Any]]:
        stores = {one["id"]: one for one in self._data()["stores"]}
        for row in self._data()["stock"]:
            store = stores.get(row["store"])
            if city == (store and store["city"]):
                name = store and store["name"]
                yield {**row, "is_available": row["quantity"] > 0, "store_name": name}

    def _is_owner(self, number: str, order: dict[str, Any], asker: Asker) -> bool:
        if _is_customer(order, asker):
            return True
        if asker.phone_tail is None:
            return False
        wrong = self._wrong.setdefault(number, set())
        if len(wrong) >= MOST_WRONG:
            raise TooManyAttempts(number)
        if order["phone"].endswith(asker.phone_tail) and len(asker.phone_tail) == 4:
            return True
        wrong.add(asker.phone_tail)
        return False

    def _find(self, kind: str, number: str) -> dict[str, Any]:
        try:
            return dict(self._data()[kind][number])
        except KeyError:
            raise NotFound(f"{kind} {number}") from None

    def _data(self) -> dict[str, Any]:
        return _as_of(self._today())


def _is_customer(order: dict[str, Any], asker: Asker) -> bool:
    return asker.customer_id is not None and bool(order["customer"] == asker.customer_id)


def _told(order: dict[str, Any], proven: bool) -> Order:
    return reading.order(Body({**order, "proven": proven}, "order"))


@lru_cache(maxsize=4)
def _as_of(today: date) -> dict[str, Any]:
    data = json.loads(DATA.read_text("utf-8"))
    return dict(_moved(data, today - date.fromisoformat(data["as_of"])))


def _moved(value: Any, by: timedelta) -> Any:
    """The same with every date in it moved; the hour of a moment stays."""
    if isinstance(value, dict):
        return {key: _moved(part, by) for key, part in value.items()}
    if isinstance(value, list):
        return [_moved(part, by) for part in value]
    if isinstance(value, str) and _DATE.fullmatch(value):
        return (date.fromisoformat(value[:10]) + by).isoformat() + value[10:]
    return value
