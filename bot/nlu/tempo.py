"""How somebody writes: repeats, haste, and how often the bot has failed them already.

None of it is anger by itself.  It shifts what the words say: "where is my parcel", for the third time within
a minute and after two answers that missed, is not the neutral question that it was at first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rasa.shared.core.events import Restarted, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.language import normalise

#: Texts shorter than this are said again and again without meaning anything by it: "yes", "hello?".
_SHORTEST = 4
#: Messages a minute from which on somebody is in a hurry.
_HASTE = 6
#: What each sign adds to the log-odds of anger, and how often it counts at most.
_REPEAT, _FAILURE, _HASTY = 1.0, 0.7, 0.5
_AT_MOST = 2


@dataclass(frozen=True)
class Tempo:
    """repeats: how often the last messages said just this; failures: turns in a row not understood before it;
    per_minute: messages of the visitor in the last minute, this one among them.
    """

    repeats: int = 0
    failures: int = 0
    per_minute: int = 1

    def pressure(self) -> float:
        """Log-odds to add to those of anger, 0 for somebody at ease."""
        repeats, failures = min(self.repeats, _AT_MOST), min(self.failures, _AT_MOST)
        return _REPEAT * repeats + _FAILURE * failures + (_HASTY if self.per_minute >= _HASTE else 0.0)


def tempo(message: Message, tracker: DialogueStateTracker | None) -> Tempo:
    """Of a message, from what the service counted and the conversation so far."""
    metadata = message.get("metadata") or {}
    counted = metadata.get("tempo") or {}
    return Tempo(
        repeats=_repeats(message.get("text") or "", tracker),
        failures=int(metadata.get("failures") or 0),
        per_minute=int(counted.get("messages_per_minute") or 1),
    )


def shifted(probability: float, pressure: float) -> float:
    """A probability moved by pressure (log-odds).  Certainty stays certainty."""
    if not 0 < probability < 1 or not pressure:
        return probability
    return 1 / (1 + math.exp(-(math.log(probability / (1 - probability)) + pressure)))


def earlier(tracker: DialogueStateTracker | None) -> Iterator[UserUttered]:
    """The visitor's messages of this session, latest first."""
    for event in reversed(tracker.events if tracker else ()):
        if isinstance(event, SessionStarted | Restarted):
            return
        if isinstance(event, UserUttered):
            yield event


def _repeats(text: str, tracker: DialogueStateTracker | None) -> int:
    said = normalise(text)
    if len(said) < _SHORTEST or said.startswith("/"):
        return 0
    count = 0
    for event in earlier(tracker):
        if normalise(event.text or "") != said:
            break
        count += 1
    return count


def angry(emotion: dict[str, Any] | None) -> float:
    """How sure we are that a parsed emotion is anger, 0 to 1."""
    if not emotion or emotion.get("name") != "angry":
        return 0.0
    return float(emotion.get("confidence") or 0.0)
