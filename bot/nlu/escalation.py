"""Strong anger asks for a person, whatever the words were about; so does asking the same in vain.

Works like Rasa's own fallback classifier: the intent is replaced, and what it was stays in the output.  Only
where a form has just asked what happened are angry words what was asked for: then the intent stays, and the
form is told (`held`), which takes them down and offers a person itself.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.emotion import Emotion
from bot.nlu.tempo import angry, earlier, tempo

#: The intent that every rule for "give me a person" already handles, inside forms too.
ESCALATED_TO = "request_human"
_SMALL_TALK = {"greet", "goodbye", "thank", "affirm", "deny", "inform", "cancel_form", ESCALATED_TO, None}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class AngerGate(GraphComponent):
    """Escalates at `once` in one message, at `twice` in this message while an earlier one has not faded below
    `faded`, or when the same thing is said for the `repeats`-th time more.

    What an earlier message showed loses half in `half_life` messages.  answers: slots that a form may be
    asking for whose answer may be angry.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._once = float(config["once"])
        self._twice = float(config["twice"])
        self._faded = float(config["faded"])
        self._half_life = float(config["half_life"])
        self._repeats = int(config["repeats"])
        self._answers = frozenset(config["answers"])

    @classmethod
    def required_components(cls) -> list[type]:
        return [Emotion]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"once": 0.8, "twice": 0.6, "faded": 0.45, "half_life": 3, "repeats": 2, "answers": []}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AngerGate:
        return cls(config)

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        asked = _asked_for(tracker)
        held = asked in self._answers
        for message in messages:
            now = angry(message.get("emotion"))
            before = self._remembered(tracker)
            message.set("anger", max(now, before), add_to_output=True)
            if (message.get(TEXT) or "").startswith("/"):
                continue
            strong = now >= self._once or (now >= self._twice and before >= self._faded)
            again = asked is None and tempo(message, tracker).repeats >= self._repeats
            if strong or (again and _is_request(message)):
                reason = "angry" if strong else "failed"
                escalation = {"reason": reason, "was": message.get(INTENT), "held": held}
                message.set("escalation", escalation, add_to_output=True)
                if not held:
                    message.set(
                        INTENT, {"name": ESCALATED_TO, "confidence": max(now, 0.6)}, add_to_output=True
                    )
        return messages

    def _remembered(self, tracker: DialogueStateTracker | None) -> float:
        """Anger of earlier messages as far as it has not faded; what was acted on is forgotten."""
        level = 0.0
        for ago, event in enumerate(earlier(tracker), start=1):
            if event.parse_data.get("escalation") or ago > 4 * self._half_life:
                break
            level = max(level, angry(event.parse_data.get("emotion")) * 0.5 ** (ago / self._half_life))
        return level


def _is_request(message: Message) -> bool:
    """Said again in vain, rather than a greeting or a thank-you sent twice."""
    return (message.get(INTENT) or {}).get("name") not in _SMALL_TALK


def _asked_for(tracker: DialogueStateTracker | None) -> str | None:
    """The slot that the active form has asked for."""
    if tracker is None or not tracker.active_loop_name:
        return None
    asked = tracker.get_slot(REQUESTED_SLOT)
    return str(asked) if asked else None
