"""The first component: says what language a message is in and lays the normalised text beside the raw one.

The raw text is never changed.  A full-width solidus would turn into "/" and let a visitor issue commands.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.language import detect, normalise

#: Where the normalised text lies on a message.
NORMALISED = "normalised_text"


def normalised(message: Message) -> str:
    """The normalised text of a message, made now if the normaliser has not seen it."""
    known = message.get(NORMALISED)
    return known if isinstance(known, str) else normalise(message.get(TEXT) or "")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class Normalizer(GraphComponent):
    """Adds `language: {name, script, mixed, certain}` to the output of a parse; see `language.Language`."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Normalizer:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            # a button's payload is in no language: the last known one holds
            found = detect("" if text.startswith("/") else text)
            tag = {
                "name": found.language,
                "script": found.script,
                "mixed": found.mixed,
                "certain": found.certain,
            }
            message.set("language", tag, add_to_output=True)
            message.set(NORMALISED, normalise(text))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        for example in training_data.training_examples:
            if example.get(TEXT):
                example.set(NORMALISED, normalise(example.get(TEXT)))
        return training_data
