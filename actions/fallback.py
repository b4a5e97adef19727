"""When the bot does not understand: once it asks back, the second time in a row it calls a person."""

from __future__ import annotations

from typing import Any

from actions import settings
from actions.base import Events, KetingAction, Turn
from actions.handoff import hand_off
from actions.service import Service
from actions.wording import intent_titles

#: How many readings are offered, and how likely one must be.
_OFFERED = 3
_LIKELY = 0.04


class ActionFallback(KetingAction):
    """Its mere run tells the service that the turn was not understood."""

    def __init__(self, service: Service | None = None) -> None:
        self._service = service or settings.service()

    def name(self) -> str:
        return "action_fallback"

    async def act(self, turn: Turn) -> Events:
        if failures_before(turn) >= 1:
            return await hand_off(turn, self._service, "failed")
        buttons = readings(turn)
        if buttons:
            turn.say("utter_did_you_mean", buttons=[*buttons, _person(turn)])
        else:
            turn.say("utter_rephrase")
        return []


def failures_before(turn: Turn) -> int:
    """Turns in a row, right before this one, that were not understood."""
    counted = int(turn.metadata.get("failures") or 0)
    return max(counted, int(_failed_last(turn)))


def _failed_last(turn: Turn) -> bool:
    users = 0
    for event in reversed(turn.tracker.events):
        users += event.get("event") == "user"
        if users == 1 and event.get("event") == "action" and event.get("name") == turn.action:
            return True
        if users == 2:
            return False
    return False


def readings(turn: Turn) -> list[dict[str, str]]:
    """Buttons for the likeliest intents that a visitor can mean."""
    titles = intent_titles()
    found = [
        {"title": turn.in_language(titles[name]), "payload": f"/{name}"}
        for name, confidence in _ranking(turn)
        if name in titles and confidence >= _LIKELY
    ]
    return found[:_OFFERED]


def _ranking(turn: Turn) -> list[tuple[str, float]]:
    ranking: list[dict[str, Any]] = turn.tracker.latest_message.get("intent_ranking") or []
    return [(str(i.get("name")), float(i.get("confidence") or 0.0)) for i in ranking]


def _person(turn: Turn) -> dict[str, str]:
    return {"title": turn.in_language(intent_titles()["request_human"]), "payload": "/request_human"}
