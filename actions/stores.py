"""Where the stores are: those in the city or district that was named, or else a choice of cities."""

from __future__ import annotations

from actions import cards, settings
from actions.base import Events, KetingAction, Turn, Unavailable
from actions.gateway.contract import BusinessGateway, NotSupported, Store
from actions.outage import apologise

_MOST = 3


class ActionStoreLocation(KetingAction):
    def __init__(self, gateway: BusinessGateway | None = None) -> None:
        self._gateway = gateway or settings.gateway()

    def name(self) -> str:
        return "action_store_location"

    async def act(self, turn: Turn) -> Events:
        return await tell_stores(turn, self._gateway)


async def tell_stores(turn: Turn, gateway: BusinessGateway) -> Events:
    """A business without a directory of stores has its words in domain.yml."""
    try:
        found = await named_stores(turn, gateway)
        everywhere = () if found else await gateway.stores()
    except NotSupported:
        turn.say("utter_ask_store_location")
        return []
    except Unavailable as err:
        apologise(turn, err)
        turn.say("utter_ask_store_location")
        return []
    for store in found[:_MOST]:
        turn.say(
            "utter_store",
            name=turn.in_language(store.name),
            address=turn.in_language(store.address),
            phone=store.phone or "-",
            hours=turn.in_language(store.hours),
        )
    if not found:
        _offer_cities(turn, everywhere)
    return []


async def named_stores(turn: Turn, gateway: BusinessGateway) -> tuple[Store, ...]:
    """Those in the district that this message names, or else in the city; none if it names neither."""
    city, district = turn.entity("city"), turn.entity("district")
    if district:
        near = await gateway.stores(city, district)
        if near:
            return near
    return await gateway.stores(city) if city else ()


def _offer_cities(turn: Turn, stores: tuple[Store, ...]) -> None:
    cities = cards.cities(stores)
    if not cities:
        return turn.say("utter_no_stores")
    named = turn.entity("city") or turn.entity("district")
    turn.say(
        "utter_store_none" if named else "utter_ask_store_city",
        cities=cards.listed([name for _, name in cities], turn.language),
        buttons=[
            {"title": turn.in_language(name), "payload": f'/ask_store_location{{"city": "{city}"}}'}
            for city, name in cities
        ],
    )
