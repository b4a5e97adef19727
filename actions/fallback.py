"""When the bot does not understand: once it asks back, the second time in a row it calls a person.

How it asks depends on how much it understood: with some idea it offers the likeliest readings, with none it
asks for other words.
"""

from __future__ import annotations

from typing import Any

from actions import settings
from actions.base import Events, KetingAction, Turn
from actions.handoff import hand_off
from actions.service import Service
from actions.small_talk import small_talk, soothe
from actions.wording import intent_titles, person_button

#: How many readings are offered, and how likely one must be.
_OFFERED = 3
_LIKELY = 0.04
#: The likeliest reading is a guess below this, and so is every one of a text that is like nothing known: its
#: `scope` is below the floor of ScopeGate in config.yml.
GUESS, STRANGE = 0.25, 0.02


class ActionFallback(KetingAction):
    """Its mere run tells the service that the turn was not understood."""

    def __init__(self, service: Service | None = None) -> None:
        self._service = service or settings.service()

    def name(self) -> str:
        return "action_fallback"

    async def act(self, turn: Turn) -> Events:
        if soothe(turn) or small_talk(turn):
            return []
        if failures_before(turn) >= 1:
            return await hand_off(turn, self._service, "failed")
        if turn.is_bare_reference:
            turn.say("utter_which_one")
            return []
        buttons = readings(turn) if has_an_idea(turn) else []
        if buttons:
            turn.say("utter_did_you_mean", buttons=[*buttons, person_button(turn.language)])
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


def has_an_idea(turn: Turn) -> bool:
    """Is any reading more than a guess?"""
    known = [confidence for name, confidence in _ranking(turn) if name != turn.intent]
    scope = turn.tracker.latest_message.get("scope")
    return max(known, default=0.0) >= GUESS and (scope is None or float(scope) >= STRANGE)


def readings(turn: Turn) -> list[dict[str, str]]:
    """Buttons for the likeliest intents that a visitor can mean; a person is always offered beside them."""
    titles = {name: title for name, title in intent_titles().items() if name != "request_human"}
    found = [
        {"title": turn.in_language(titles[name]), "payload": f"/{name}"}
        for name, confidence in _ranking(turn)
        if name in titles and confidence >= _LIKELY
    ]
    return found[:_OFFERED]


def _ranking(turn: Turn) -> list[tuple[str, float]]:
    ranking: list[dict[str, Any]] = turn.tracker.latest_message.get("intent_ranking") or []
    return [(str(i.get("name")), float(i.get("confidence") or 0.0)) for i in ranking]
