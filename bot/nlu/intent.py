"""Intents by n-grams of the normalised text and its sentence vector."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.normalizer import Normalizer, normalised
from bot.nlu.scope import Scope
from bot.nlu.text_model import TextModel
from bot.nlu.vectors import to_learn_from, vector, vectors

_NAME, _SCOPE = "intents", "scope"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FastIntent(IntentClassifier, GraphComponent):
    """Sets `intent`, the first `ranking_length` of `intent_ranking`, and `scope`: see `Scope.score`."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model: TextModel | None = None
        self._scope: Scope | None = None

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
        examples = to_learn_from([e for e in training_data.intent_examples if e.get(TEXT)])
        if len({e.get(INTENT) for e in examples}) < 3:
            return self._resource
        meant = vectors(examples)
        model = TextModel.fit(
            [normalised(e) for e in examples], [e.get(INTENT) for e in examples], meant, c=self._config["c"]
        )
        if model.held_out is not None:
            self._scope = Scope.fit(model.held_out, None if meant is None else model.centred(meant))
        self._model = replace(model, held_out=None)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder, _NAME)
            if self._scope:
                self._scope.save(folder, _SCOPE)
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
            component._model = TextModel.load(folder, _NAME)
            if (folder / f"{_SCOPE}.npz").exists():
                component._scope = Scope.load(folder, _SCOPE)
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking, scope = self._understand(message)
            best = ranking[0] if ranking else {"name": None, "confidence": 0.0}
            message.set(INTENT, best, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking[: self._config["ranking_length"]], add_to_output=True)
            message.set("scope", scope, add_to_output=True)
        return messages

    def _understand(self, message: Message) -> tuple[list[dict[str, Any]], float]:
        """The whole ranking, and how much this is a message of the kinds that are known."""
        text, meant = normalised(message), vector(message)
        if self._model is None or not text:
            return [], 0.0
        rows = None if meant is None else meant[None]
        probabilities, outstanding = self._model.judge([text], rows)
        ranking = [{"name": n, "confidence": p} for n, p in self._model.ranked(probabilities[0])]
        if self._scope is None:
            return ranking, 1.0
        known = None if rows is None or self._model.center is None else self._model.centred(rows)
        return ranking, float(self._scope.score(outstanding, known)[0])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
