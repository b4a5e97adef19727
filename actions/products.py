"""What the bot can say about a product: a line from the catalogue, which a shop replaces by its own."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from actions import settings
from actions.base import Events, KetingAction, Turn
from actions.knowledge import answered
from actions.service import Service

#: Canonical product id, as the synonyms in data/nlu name it -> its kind, by the name that the synonyms give
#: kinds, name, summary and offer (null: none of its own) in both languages, and the price in yuan.
CATALOGUE = Path(__file__).with_name("catalogue.json")

Product = dict[str, Any]


class ActionProductInfo(KetingAction):
    """How something is used or cared for stands in articles; what it is, in the catalogue."""

    def __init__(self, service: Service | None = None) -> None:
        self._service = service or settings.service()

    def name(self) -> str:
        return "action_product_info"

    async def act(self, turn: Turn) -> Events:
        events = await answered(turn, self._service)
        if events is None:
            tell_product(turn)
        return events or []


class ActionDiscount(KetingAction):
    def name(self) -> str:
        return "action_discount"

    async def act(self, turn: Turn) -> Events:
        tell_discount(turn)
        return []


def tell_product(turn: Turn) -> None:
    """Of the product in this message, else of the one that was talked about.

    A kind ("a robot vacuum") stands for the products of that kind.  What we do not sell is said to be so.
    """
    found = meant(turn)
    if not found:
        turn.say(
            "utter_product_unknown" if turn.entity("product") else "utter_ask_product_info", **sold(turn)
        )
    for product in found:
        turn.say(
            "utter_product_info",
            name=turn.in_language(product["name"]),
            summary=turn.in_language(product["summary"]),
            price=f"{product['price']:,}",
        )


def tell_discount(turn: Turn) -> None:
    """The offers on what was named or talked about, and those on everything."""
    for product in meant(turn):
        if product.get("offer"):
            offer = turn.in_language(product["offer"])
            turn.say("utter_product_discount", name=turn.in_language(product["name"]), offer=offer)
    turn.say("utter_ask_discount")


def meant(turn: Turn) -> list[Product]:
    """What this message names, or else what was talked about; empty if that is nothing that we sell."""
    return products_of(turn.entity("product") or turn.slot("product") or "")


def sold(turn: Turn) -> dict[str, str]:
    """The whole range, as the gap `products` of a response."""
    return {"products": turn.in_language(_listed(_catalogue().values()))}


def buttons(turn: Turn, intent: str) -> list[dict[str, str]]:
    """One for each product, which asks that intent of it."""
    return [
        {"title": turn.in_language(product["name"]), "payload": f'/{intent}{{"product": "{product["id"]}"}}'}
        for product in _catalogue().values()
    ]


def products_of(name: str) -> list[Product]:
    """The product of that id, or those of that kind; empty if we sell none."""
    catalogue = _catalogue()
    if name in catalogue:
        return [catalogue[name]]
    return [product for product in catalogue.values() if product["kind"] == name]


def _listed(products: Iterable[Product]) -> dict[str, str]:
    names = [product["name"] for product in products]
    return {"zh": "、".join(n["zh"] for n in names), "en": ", ".join(n["en"] for n in names)}


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, Product]:
    catalogue: dict[str, Product] = json.loads(CATALOGUE.read_text("utf-8"))
    return {id_: {**product, "id": id_} for id_, product in catalogue.items()}
