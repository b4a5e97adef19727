"""One turn of one conversation: Rasa's own prediction loop without its habit of swallowing errors.

Rasa logs an action that raised, forgets its events and carries on; here the turn fails and nothing of it is
saved. Steps are those of `rasa.core.processor.MessageProcessor` 3.6.21, the last release of its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.exceptions import ActionLimitReached
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    Event,
    SessionStarted,
    SlotSet,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlg import BilingualNLG
from bot.nlu.follow_up import LAST_TOPIC, NO_TOPIC
from bot.parts import Part, parts
from bot.past import said
from bot.tracker_store import unwrapped
from bot.voice import spoken

#: Name under which Rasa sees the channel, in events and in channel-specific responses.
CHANNEL = "keting"
#: The model reads this many characters of a message: what it is about stands there, and the time that some
#: readers take grows with the square of the length.  Forms take down all of it.
READ = 1500
#: Slots that a session inherits when a human phase has ended.
KEPT_SLOTS = ("language", "script")


class TurnFailed(Exception):
    """The turn was discarded.

    error is one of the wire's words: action_failed, store_failed, silent, crashed.
    """

    def __init__(self, error: str, detail: str) -> None:
        super().__init__(f"{error}: {detail}")
        self.error = error
        self.detail = detail


class UnknownSlots(ValueError):
    """domain.yml has no slots of these names."""


class StoreUnavailable(Exception):
    """The tracker could not be read, so nothing was started."""


@dataclass(frozen=True)
class Turn:
    """What the service asks: text as the visitor wrote it, or the payload of a button that we issued."""

    conversation_id: str
    turn_id: str
    fence: int
    text: str
    is_payload: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def marked(self) -> dict[str, Any]:
        """Metadata of each of its messages."""
        return {**self.metadata, "turn_id": self.turn_id, "fence": self.fence}

    def message(self, text: str, reading: dict[str, Any] | None = None, number: int = 0) -> UserMessage:
        """A part of what was said, as Rasa hears it.  number: of the part, from 0."""
        return UserMessage(
            # Rasa obeys text that starts with a solidus; only payloads may
            text if self.is_payload else _harmless(text),
            CollectingOutputChannel(),
            self.conversation_id,
            reading,
            input_channel=CHANNEL,
            message_id=f"{self.turn_id}+{number}" if number else self.turn_id,
            metadata=self.marked,
        )


class Turns:
    """Turns and what belongs to them, on an agent whose model is loaded.

    The agent's store is used without Rasa's wrapper: an error must be one, not an empty conversation.
    """

    def __init__(self, agent: Agent) -> None:
        assert agent.processor is not None
        self._processor: MessageProcessor = agent.processor
        self._processor.tracker_store = unwrapped(self._processor.tracker_store)
        self._lock_store = agent.lock_store
        self._nlg = BilingualNLG(domain=self._processor.domain)

    def lock(self, conversation_id: str) -> AbstractAsyncContextManager[Any]:
        """Nothing else may touch the conversation meanwhile."""
        lock: AbstractAsyncContextManager[Any] = self._lock_store.lock(conversation_id)
        return lock

    async def parse(self, text: str) -> dict[str, Any]:
        """What the model makes of a text, outside any conversation."""
        return await self._read(text, Turn("parse", "parse", 0, text))

    async def past(self, conversation_id: str) -> DialogueStateTracker | None:
        """The conversation's current session as it is stored.  Raises StoreUnavailable."""
        try:
            return await self._processor.tracker_store.retrieve(conversation_id)
        except Exception as err:
            raise StoreUnavailable(str(err)) from err

    async def play(self, turn: Turn) -> DialogueStateTracker:
        """The conversation after this turn; `save` it to make it so.  Raises TurnFailed."""
        try:
            return await self._play(turn)
        except TurnFailed:
            raise
        except Exception as err:
            raise TurnFailed("crashed", repr(err)) from err

    async def renew(self, conversation_id: str, slots: Mapping[str, Any]) -> None:
        """Start a session that knows these slots: one batch, stamped by our own clock.

        Raises UnknownSlots, StoreUnavailable, or TurnFailed when it could not be saved.
        """
        await self.past(conversation_id)
        tracker = await self._processor.get_tracker(conversation_id)
        unknown = sorted(set(slots) - set(tracker.slots))
        if unknown:
            raise UnknownSlots(", ".join(unknown))
        kept = {name: tracker.get_slot(name) for name in KEPT_SLOTS}
        batch = [
            ActionExecuted(ACTION_SESSION_START_NAME),
            SessionStarted(),
            *(SlotSet(name, value) for name, value in {**kept, **slots}.items() if value is not None),
            ActionExecuted(ACTION_LISTEN_NAME),
        ]
        tracker.update_with_events(batch, self._processor.domain)
        await self.save(tracker)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Raises TurnFailed, having saved nothing."""
        try:
            await self._processor.save_tracker(tracker)
        except Exception as err:
            raise TurnFailed("store_failed", str(err)) from err

    async def _play(self, turn: Turn) -> DialogueStateTracker:
        tracker = await self._processor.fetch_tracker_and_update_session(
            turn.conversation_id, CollectingOutputChannel(), turn.marked
        )
        for number, part in enumerate(await self._parts(turn, tracker)):
            before = len(said(tracker, turn.turn_id))
            await self._hear(turn.message(part.text, part.reading, number), turn.metadata, tracker)
            if len(said(tracker, turn.turn_id)) == before:
                raise TurnFailed("silent", f"the turn ended in {tracker.latest_action_name} and said nothing")
        return tracker

    async def _parts(self, turn: Turn, tracker: DialogueStateTracker) -> list[Part]:
        async def read(text: str) -> dict[str, Any]:
            return await self._read(text, turn, tracker)

        whole = await read(turn.text)
        return [Part(turn.text, whole)] if turn.is_payload else await parts(turn.text, whole, tracker, read)

    async def _read(
        self, text: str, turn: Turn, tracker: DialogueStateTracker | None = None
    ) -> dict[str, Any]:
        message = turn.message(text)
        legible = message.text if turn.is_payload else message.text[:READ]
        parsed = await self._processor.parse_message(turn.message(legible), tracker)
        return {**parsed, "text": message.text}

    async def _hear(
        self, message: UserMessage, known: Mapping[str, Any], tracker: DialogueStateTracker
    ) -> None:
        processor = self._processor
        await processor._handle_message_with_tracker(message, tracker)
        tracker.update_with_events(_context(tracker, known), processor.domain)
        await processor.run_action_extract_slots(message.output_channel, tracker)
        going_on = True
        while going_on:
            try:
                action, prediction = processor.predict_next_with_tracker_if_should(tracker)
            except ActionLimitReached as err:
                raise TurnFailed("action_failed", "the turn took too many actions") from err
            going_on = await self._act(action, prediction, tracker, message)

    async def _act(
        self,
        action: Action,
        prediction: PolicyPrediction,
        tracker: DialogueStateTracker,
        message: UserMessage,
    ) -> bool:
        """Run one action on the tracker; whether another is to be predicted."""
        processor = self._processor
        trial = tracker.copy()
        trial.update_with_events(prediction.events, processor.domain)
        try:
            events = await action.run(message.output_channel, self._nlg, trial, processor.domain)
        except ActionExecutionRejection:
            tracker.update(
                ActionExecutionRejected(action.name(), prediction.policy_name, prediction.max_confidence)
            )
            return True
        except Exception as err:
            raise TurnFailed("action_failed", f"{action.name()}: {err!r}") from err
        processor._log_action_on_tracker(tracker, action, events, prediction)
        return bool(processor.should_predict_another_action(action.name()))


def _context(tracker: DialogueStateTracker, known: Mapping[str, Any]) -> list[Event]:
    """Slots that belong to this very message: language, script, emotion, and what it is about."""
    parse_data: dict[str, Any] = dict(tracker.latest_message.parse_data) if tracker.latest_message else {}
    voice = spoken(parse_data, tracker.current_slot_values(), known)
    emotion = (parse_data.get("emotion") or {}).get("name", "neutral")
    wanted = {**voice, "emotion": emotion}
    intent = (parse_data.get("intent") or {}).get("name")
    if intent not in NO_TOPIC:
        wanted[LAST_TOPIC] = intent
    not_meant = (parse_data.get("follow_up") or {}).get("forget")
    if not_meant:
        wanted[not_meant] = None
    return [SlotSet(name, value) for name, value in wanted.items() if tracker.get_slot(name) != value]


def _harmless(text: str) -> str:
    bare = text.strip()
    return "\uff0f" + bare[1:] if bare.startswith("/") else bare
