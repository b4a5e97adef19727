"""Opening hours and the time zone as the administrator set them, and the hours of each store."""

from __future__ import annotations

from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from actions import settings
from actions.base import Events, KetingAction, Turn, Unavailable
from actions.gateway.contract import BusinessGateway, NotSupported
from actions.service import Service
from actions.stores import named_stores

#: China's, which has no summer time.
_ZONE = timezone(timedelta(hours=8))
_MOST = 3


async def tell_hours(turn: Turn, service: Service, gateway: BusinessGateway) -> None:
    """Of the stores in the city that was named; else the service's; without it, what domain.yml says."""
    try:
        stores = await named_stores(turn, gateway)
    except (Unavailable, NotSupported):
        stores = ()
    for store in stores[:_MOST]:
        name, hours = turn.in_language(store.name), turn.in_language(store.hours)
        turn.say("utter_store_hours", name=name, hours=hours)
    if stores:
        return
    try:
        hours = turn.in_language((await service.business())["hours"])
    except Unavailable:
        return turn.say("utter_ask_business_hours")
    turn.say("utter_business_hours", hours=hours)


async def zone_of(service: Service) -> tzinfo:
    """The time that the business lives by."""
    try:
        return ZoneInfo(str((await service.business())["time_zone"]))
    except (Unavailable, KeyError, ValueError):  # no such zone is a KeyError too
        return _ZONE


class ActionBusinessHours(KetingAction):
    def __init__(self, service: Service | None = None, gateway: BusinessGateway | None = None) -> None:
        self._service = service or settings.service()
        self._gateway = gateway or settings.gateway()

    def name(self) -> str:
        return "action_business_hours"

    async def act(self, turn: Turn) -> Events:
        await tell_hours(turn, self._service, self._gateway)
        return []
