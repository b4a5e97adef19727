"""Intents by a linear model over n-grams of the normalised text."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.linear import LinearText
from bot.nlu.normalizer import Normalizer, normalised

_NAME = "intents"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FastIntent(IntentClassifier, GraphComponent):
    """Sets `intent` and the first `ranking_length` of `intent_ranking`."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model: LinearText | None = None

    @classmethod
    def required_components(cls) -> list[type]:
        return [Normalizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """c: how closely the training data is followed.  ranking_length: how many alternatives are told."""
        return {"c": 0.5, "ranking_length": 10}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FastIntent:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        if len({e.get(INTENT) for e in examples}) < 3:
            return self._resource
        self._model = LinearText.fit(
            [normalised(e) for e in examples], [e.get(INTENT) for e in examples], c=self._config["c"]
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder, _NAME)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> FastIntent:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = LinearText.load(folder, _NAME)
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = normalised(message)
            known = self._model.rank(text) if self._model and text else []
            ranking = [{"name": name, "confidence": p} for name, p in known]
            best = ranking[0] if ranking else {"name": None, "confidence": 0.0}
            message.set(INTENT, best, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking[: self._config["ranking_length"]], add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
