"""The last word on an intent: what resembles no example is not understood, however sure we are."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.intent import FastIntent


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ScopeGate(GraphComponent):
    """Below `floor` of `scope` the intent becomes nlu_fallback, unless it says itself that this is not ours.

    floor: the share of messages of known kinds that may be taken for strange.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._floor = float(config["floor"])
        self._strange = frozenset([*config["strange"], DEFAULT_NLU_FALLBACK_INTENT_NAME])

    @classmethod
    def required_components(cls) -> list[type]:
        return [FastIntent]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"floor": 0.02, "strange": ["out_of_scope"]}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ScopeGate:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            intent = message.get(INTENT) or {}
            is_strange = float(message.get("scope") or 0.0) < self._floor
            if is_strange and intent.get("name") not in self._strange and _is_text(message):
                unknown = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 1.0 - self._floor}
                message.set(INTENT, unknown, add_to_output=True)
        return messages


def _is_text(message: Message) -> bool:
    text = message.get(TEXT) or ""
    return bool(text) and not text.startswith("/")
