"""What is in stock: of a product, in a colour and a city where those were named."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions import cards, products, settings
from actions.base import Events, KetingAction, Turn, Unavailable
from actions.gateway.contract import BusinessGateway, NotSupported
from actions.outage import apologise


class ActionStock(KetingAction):
    def __init__(self, gateway: BusinessGateway | None = None) -> None:
        self._gateway = gateway or settings.gateway()

    def name(self) -> str:
        return "action_stock"

    async def act(self, turn: Turn) -> Events:
        return await tell_stock(turn, self._gateway)


async def tell_stock(turn: Turn, gateway: BusinessGateway) -> Events:
    """A colour that the product doesn't come in is said to be so, by telling those that it does."""
    found = products.meant(turn)
    if not found:
        if turn.entity("product"):
            turn.say("utter_product_unknown", **products.sold(turn))
            return []
        turn.say("utter_ask_stock_product", buttons=products.buttons(turn, "ask_stock"))
        return [SlotSet("pending", "stock")]
    try:
        for product in found:
            await _tell(turn, gateway, product)
    except NotSupported:
        turn.say("utter_ask_stock")
    except Unavailable as err:
        apologise(turn, err)
        turn.say("utter_ask_stock")
    return [SlotSet("pending", "stock")]


async def _tell(turn: Turn, gateway: BusinessGateway, product: products.Product) -> None:
    color, city = turn.entity("color"), turn.entity("city")
    name = turn.in_language(product["name"])
    stock = await gateway.stock(product["id"], color, city)
    if not stock and color:
        stock = await gateway.stock(product["id"], None, city)
        if stock:
            turn.say("utter_stock_no_color", name=name)
    if not stock and city:
        stock = await gateway.stock(product["id"], color)
        if stock:
            turn.say("utter_stock_not_there", name=name)
    if not stock:
        return turn.say("utter_ask_stock")
    lines = ("；" if turn.language == "zh" else "; ").join(
        cards.stock_line(one, turn.language) for one in stock
    )
    turn.say("utter_stock", name=name, lines=lines)
