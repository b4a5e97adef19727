"""What the bot can say about a product: a line from the catalogue, which a shop replaces by its own."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from actions.base import Events, KetingAction, Turn

#: Canonical product id, as the synonyms in data/nlu name it -> name and summary in both languages, and the
#: price in yuan.
CATALOGUE = Path(__file__).with_name("catalogue.json")


class ActionProductInfo(KetingAction):
    def name(self) -> str:
        return "action_product_info"

    async def act(self, turn: Turn) -> Events:
        tell_product(turn)
        return []


def tell_product(turn: Turn) -> None:
    """Of the product in this message, else of the one that was talked about."""
    product = _catalogue().get(turn.entity("product") or turn.slot("product") or "")
    if product is None:
        return turn.say("utter_ask_product_info")
    turn.say(
        "utter_product_info",
        name=turn.in_language(product["name"]),
        summary=turn.in_language(product["summary"]),
        price=product["price"],
    )


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, dict[str, Any]]:
    return dict(json.loads(CATALOGUE.read_text("utf-8")))
