"""What the bot asks of a business's own system, and the words in which it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from actions.base import Unavailable

VERSION = "1"
#: Everything that a gateway can offer; GET /capabilities names those that it does.
RESOURCES = frozenset({"orders", "order_list", "repairs", "members", "invoices", "stores", "stock"})

#: The same in both languages: {"zh", "en"}.
Words = dict[str, str]


class Misconfigured(Unavailable):
    """The gateway refuses our token.  Trying again does not help; somebody has to set it right."""


class NotSupported(Exception):
    """The business's system has nothing of this kind; what domain.yml says stands."""


class NotProven(Exception):
    """The order is told to its owner only, and the visitor has not shown to be that."""


class TooManyAttempts(Exception):
    """Too many wrong numbers were tried on this order; for a while no proof is looked at."""


class Rejected(Exception):
    """The gateway does not accept what it was sent.  The message is the name of the field."""


@dataclass(frozen=True)
class Asker:
    """Who asks.

    customer_id: the business's own id of a visitor who is signed in there.  phone_tail: last four digits of
    the phone number that the visitor gave.
    """

    customer_id: str | None = None
    phone_tail: str | None = None


@dataclass(frozen=True)
class Item:
    name: Words
    quantity: int
    price: float


@dataclass(frozen=True)
class Happened:
    at: datetime
    text: Words


@dataclass(frozen=True)
class Refund:
    """state: requested, approved, paid, refused.  amount: None unless the order is proven."""

    state: str
    at: datetime
    amount: float | None


@dataclass(frozen=True)
class Order:
    """state: placed, paid, packed, shipped, delivered, cancelled, returned.

    proven: the asker is its owner.  Otherwise everything but the number, the state, the expected day and how
    far a refund is stays empty.
    """

    number: str
    state: str
    proven: bool
    expected_on: date | None = None
    refund: Refund | None = None
    placed_at: datetime | None = None
    items: tuple[Item, ...] = ()
    total: float | None = None
    currency: str = "CNY"
    carrier: Words | None = None
    tracking_number: str | None = None
    events: tuple[Happened, ...] = ()


@dataclass(frozen=True)
class Repair:
    """state: received, diagnosing, waiting_parts, repairing, done, returned.  product: None unless proven."""

    number: str
    state: str
    product: Words | None
    expected_on: date | None


@dataclass(frozen=True)
class Member:
    level: Words
    points: int
    expiring: int
    expiring_on: date | None


@dataclass(frozen=True)
class Invoice:
    """state: none, requested, issued.  url: where an issued one can be read."""

    state: str
    title: str | None = None
    email: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class InvoiceRequest:
    title: str
    tax_number: str | None
    email: str


@dataclass(frozen=True)
class Store:
    """city and district: ids, as the synonyms in data/nlu/entities.yml give them."""

    id: str
    name: Words
    city: str
    city_name: Words
    district: str | None
    address: Words
    phone: str | None
    hours: Words


@dataclass(frozen=True)
class Stock:
    """Of one product in one colour, in one store or (None) online.  quantity: None where it isn't counted."""

    product: str
    is_available: bool
    quantity: int | None = None
    color: str | None = None
    color_name: Words | None = None
    store_name: Words | None = None
    restock_on: date | None = None


class BusinessGateway(Protocol):
    """Every method may raise Unavailable and NotSupported; those for one thing NotFound as well.

    What belongs to an order may raise TooManyAttempts.
    """

    async def capabilities(self) -> frozenset[str]:
        """Those of RESOURCES that this business has."""

    async def order(self, number: str, asker: Asker) -> Order: ...

    async def orders(self, asker: Asker) -> tuple[Order, ...]:
        """The asker's latest first, ten at most; none of an asker without customer_id."""

    async def repair(self, number: str, asker: Asker) -> Repair: ...

    async def member(self, phone: str) -> Member: ...

    async def invoice(self, number: str, asker: Asker) -> Invoice:
        """Of that order.  Raises NotProven."""

    async def request_invoice(self, number: str, asker: Asker, what: InvoiceRequest, key: str) -> Invoice:
        """The same key twice has one effect.  Raises NotProven and Rejected."""

    async def stores(self, city: str | None = None, district: str | None = None) -> tuple[Store, ...]: ...

    async def stock(
        self, product: str, color: str | None = None, city: str | None = None
    ) -> tuple[Stock, ...]:
        """Online, or with a city in each store there."""
