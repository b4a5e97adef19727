"""What every action shares: a view of the turn, a key for each side effect, and never ending in silence."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

log = logging.getLogger(__name__)

Events = list[EventType]


class Unavailable(Exception):
    """The service or the shop's order system is away or busy; the same call may succeed later."""


class StaleTurn(Exception):
    """The service gave this turn up meanwhile: nothing took effect and nobody hears our answer."""


class NotFound(Exception):
    """There is no such thing, or it is not this visitor's."""


@dataclass(frozen=True)
class Key:
    """Names one side effect: asked twice with the same key, it happens once."""

    conversation_id: str
    turn_id: str
    fence: int
    action: str
    ordinal: int


@dataclass
class Turn:
    """The turn that an action runs in."""

    tracker: Tracker
    dispatcher: CollectingDispatcher
    action: str
    _calls: int = field(default=0)

    @property
    def metadata(self) -> dict[str, Any]:
        return dict(self.tracker.latest_message.get("metadata") or {})

    @property
    def conversation_id(self) -> str:
        return str(self.tracker.sender_id)

    @property
    def turn_id(self) -> str:
        return str(_turn_of(self.tracker.latest_message) or "")

    @property
    def language(self) -> str:
        """zh or en.  In `rasa shell` no slot is set and the message itself tells."""
        tag = self.tracker.latest_message.get("language") or {}
        return str(self.slot("language") or tag.get("name") or "zh")

    @property
    def text(self) -> str:
        return str(self.tracker.latest_message.get("text") or "").strip()

    @property
    def intent(self) -> str:
        return str((self.tracker.latest_message.get("intent") or {}).get("name") or "")

    @property
    def confidence(self) -> float:
        return float((self.tracker.latest_message.get("intent") or {}).get("confidence") or 0.0)

    @property
    def entities(self) -> list[dict[str, Any]]:
        return list(self.tracker.latest_message.get("entities") or [])

    @property
    def escalation(self) -> dict[str, Any]:
        """What AngerGate (bot/nlu/escalation.py) says of this message; empty if it has nothing to say."""
        return dict(self.tracker.latest_message.get("escalation") or {})

    @property
    def is_held(self) -> bool:
        """Is it angry, but what a form has asked for?"""
        return bool(self.escalation.get("held"))

    @property
    def is_bare_reference(self) -> bool:
        """Does it only point at something ("and that one?"), and nothing was asked before?"""
        return bool(self.tracker.latest_message.get("follow_up")) and self.intent == "nlu_fallback"

    def slot(self, name: str) -> Any:
        return self.tracker.slots.get(name)

    def entity(self, name: str) -> str | None:
        """The first entity of that name in this message, as its canonical value."""
        return next((str(e["value"]) for e in self.entities if e.get("entity") == name), None)

    def say(self, response: str, **values: Any) -> None:
        """Utter a response of domain.yml, in the visitor's language."""
        self.dispatcher.utter_message(response=response, **values)

    def in_language(self, text: dict[str, str] | str) -> str:
        """One of {"zh", "en"}, as the visitor reads."""
        return text if isinstance(text, str) else text.get(self.language) or text["zh"]

    def key(self) -> Key:
        """The next side effect's name.  ordinal counts the calls of this action within the turn."""
        ordinal = self._runs_before() + self._calls
        self._calls += 1
        fence = int(self.metadata.get("fence") or 0)
        return Key(self.conversation_id, self.turn_id, fence, self.action, ordinal)

    def _runs_before(self) -> int:
        """In all parts of this turn."""
        events = self.tracker.events[self._began() :]
        return sum(e.get("event") == "action" and e.get("name") == self.action for e in events)

    def _began(self) -> int:
        """Where this turn begins; a message with several questions is told as several."""
        users = [i for i, e in enumerate(self.tracker.events) if e.get("event") == "user"]
        of_turn = [i for i in users if self.turn_id and _turn_of(self.tracker.events[i]) == self.turn_id]
        return next(iter(of_turn or users[-1:]), 0)

    def since_user(self) -> Iterator[dict[str, Any]]:
        """Events since the message, latest first."""
        for event in reversed(self.tracker.events):
            if event.get("event") == "user":
                return
            yield event

    def intent_before(self) -> str:
        """The intent of the last message before this turn."""
        for event in reversed(self.tracker.events[: self._began()]):
            if event.get("event") == "user":
                return str(((event.get("parse_data") or {}).get("intent") or {}).get("name") or "")
        return ""

    def has_said(self, response: str) -> bool:
        """Has the bot said this in the conversation already?"""
        return any((e.get("metadata") or {}).get("utter_action") == response for e in self.tracker.events)

    def last_said(self) -> str | None:
        """The response that the bot's last message before this turn came from."""
        for event in reversed(self.tracker.events[: self._began()]):
            if event.get("event") == "bot":
                return (event.get("metadata") or {}).get("utter_action")
        return None


def _turn_of(message: dict[str, Any]) -> Any:
    return (message.get("metadata") or {}).get("turn_id") or message.get("message_id")


class KetingAction(Action, ABC):
    """Base of our actions: `act` does the work, and whatever goes wrong is said."""

    @abstractmethod
    def name(self) -> str: ...

    @abstractmethod
    async def act(self, turn: Turn) -> Events:
        """Do it.  May raise Unavailable; then the visitor is told and offered a person."""

    def apologise(self, turn: Turn) -> None:
        turn.say("utter_trouble")

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        turn = Turn(tracker, dispatcher, self.name())
        try:
            return await self.act(turn)
        except StaleTurn:
            raise  # Rasa answers 500 and the turn is discarded, as it should be
        except Unavailable as err:
            log.warning(
                "action.unavailable action=%s conversation=%s error=%s", self.name(), tracker.sender_id, err
            )
            self.apologise(turn)
        except Exception:
            log.exception("action.crashed action=%s conversation=%s", self.name(), tracker.sender_id)
            self.apologise(turn)
        return []
