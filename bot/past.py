"""What a tracker holds of a turn."""

from __future__ import annotations

from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


def said(tracker: DialogueStateTracker, turn_id: str) -> list[BotUttered]:
    """What the bot said in a turn; an event without any content says nothing."""
    events = [e for e in events_of(tracker, turn_id) if isinstance(e, BotUttered)]
    return [e for e in events if e.text or any((e.data or {}).values())]


def back_at(tracker: DialogueStateTracker, turn_id: str) -> DialogueStateTracker:
    """The conversation as it was at the end of a turn that it knows."""
    of_turn = events_of(tracker, turn_id)
    then = tracker.init_copy()
    for event in tracker.events:
        then.update(event)
        if event is of_turn[-1]:
            break
    return then


def events_of(tracker: DialogueStateTracker, turn_id: str) -> list[Event]:
    """The user's events of a turn, one for each part, and what followed until the next turn; empty if the
    tracker does not know the turn.
    """
    found: list[Event] = []
    for event in tracker.events:
        if isinstance(event, UserUttered):
            if turn_of(event) == turn_id:
                found.append(event)
            elif found:
                break
        elif found:
            found.append(event)
    return found


def turn_of(event: UserUttered) -> str:
    """The turn that a user's event is a part of; the id of the event itself is that of the first part."""
    return str((event.metadata or {}).get("turn_id") or event.message_id)
