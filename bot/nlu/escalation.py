"""Strong anger asks for a person, whatever the words were about.

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
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.emotion import Emotion

#: The intent that every rule for "give me a person" already handles, inside forms too.
ESCALATED_TO = "request_human"


def anger(emotion: dict[str, Any] | None) -> float:
    """How sure we are that this is anger, 0 to 1."""
    if not emotion or emotion.get("name") != "angry":
        return 0.0
    return float(emotion.get("confidence") or 0.0)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class AngerGate(GraphComponent):
    """Escalates at `once` in one message, or at `twice` in this message and the one before.

    answers: slots that a form may be asking for whose answer may be angry.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._once = float(config["once"])
        self._twice = float(config["twice"])
        self._answers = frozenset(config["answers"])

    @classmethod
    def required_components(cls) -> list[type]:
        return [Emotion]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"once": 0.8, "twice": 0.6, "answers": []}

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
        before = _anger_before(tracker)
        held = _asked_for(tracker) in self._answers
        for message in messages:
            now = anger(message.get("emotion"))
            strong = now >= self._once or (now >= self._twice and before >= self._twice)
            if strong and not (message.get(TEXT) or "").startswith("/"):
                escalation = {"reason": "angry", "was": message.get(INTENT), "held": held}
                message.set("escalation", escalation, add_to_output=True)
                if not held:
                    message.set(INTENT, {"name": ESCALATED_TO, "confidence": now}, add_to_output=True)
        return messages


def _asked_for(tracker: DialogueStateTracker | None) -> str | None:
    """The slot that the active form has asked for."""
    if tracker is None or not tracker.active_loop_name:
        return None
    asked = tracker.get_slot(REQUESTED_SLOT)
    return str(asked) if asked else None


def _anger_before(tracker: DialogueStateTracker | None) -> float:
    """Anger of the message before this one, 0.0 where there was none or it was acted on already."""
    last = tracker.get_last_event_for(UserUttered) if tracker else None
    if last is None or last.parse_data.get("escalation"):
        return 0.0
    return anger(last.parse_data.get("emotion"))
