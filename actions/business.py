"""Opening hours as the administrator set them."""

from __future__ import annotations

from actions import settings
from actions.base import Events, KetingAction, Turn, Unavailable
from actions.service import Service


async def tell_hours(turn: Turn, service: Service) -> None:
    """The service's hours; without the service, what domain.yml says."""
    try:
        hours = turn.in_language((await service.business())["hours"])
    except Unavailable:
        return turn.say("utter_ask_business_hours")
    turn.say("utter_business_hours", hours=hours)


class ActionBusinessHours(KetingAction):
    def __init__(self, service: Service | None = None) -> None:
        self._service = service or settings.service()

    def name(self) -> str:
        return "action_business_hours"

    async def act(self, turn: Turn) -> Events:
        await tell_hours(turn, self._service)
        return []
