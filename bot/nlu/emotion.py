"""The visitor's emotion, from the `emotion` in each example's metadata."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.cues import with_cues
from bot.nlu.normalizer import Normalizer, normalised
from bot.nlu.tempo import Tempo, shifted, tempo
from bot.nlu.text_model import TextModel
from bot.nlu.vectors import to_learn_from, vector, vectors

EMOTIONS = ("neutral", "happy", "anxious", "disappointed", "angry")
_NAME = "emotions"


def label(example: Message) -> str | None:
    """The emotion that the data gives an example; None where it gives none."""
    metadata = example.get("metadata") or {}
    for level in ("example", "intent"):
        of_level = metadata.get(level)
        if isinstance(of_level, dict) and of_level.get("emotion"):
            return str(of_level["emotion"])
    return None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Emotion(GraphComponent):
    """Sets `emotion: {name, confidence}` on every message, so that yesterday's anger never sticks.

    What the words say of anger is shifted by how they are written: see `Tempo`.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model: TextModel | None = None

    @classmethod
    def required_components(cls) -> list[type]:
        return [Normalizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """threshold: an emotion less sure than this is reported as neutral."""
        return {"c": 0.5, "threshold": 0.5}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Emotion:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        labelled = [e for e in training_data.intent_examples if e.get(TEXT) and label(e)]
        unknown = {str(label(e)) for e in labelled} - set(EMOTIONS)
        if unknown:
            raise ValueError(f"emotions that do not exist: {sorted(unknown)}")
        examples = to_learn_from(labelled)
        names = [str(label(e)) for e in examples]
        if len(set(names)) > 2:
            texts = [with_cues(normalised(e)) for e in examples]
            self._model = TextModel.fit(texts, names, vectors(examples), c=self._config["c"], balanced=True)
        with self._storage.write_to(self._resource) as folder:
            if self._model:
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
    ) -> Emotion:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            if (folder / f"{_NAME}.json").exists():
                component._model = TextModel.load(folder, _NAME)
        return component

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        for message in messages:
            message.set("emotion", self._emotion(message, tempo(message, tracker)), add_to_output=True)
        return messages

    def _emotion(self, message: Message, how: Tempo) -> dict[str, Any]:
        text = normalised(message)
        if self._model is None or not text or text.startswith("/"):
            return {"name": "neutral", "confidence": 1.0}
        known = dict(self._model.rank(with_cues(text), vector(message)))
        name, confidence = max(pressed(known, how).items(), key=lambda item: item[1])
        if name != "neutral" and confidence < self._config["threshold"]:
            return {"name": "neutral", "confidence": 1.0 - confidence}
        return {"name": name, "confidence": confidence}


def pressed(known: dict[str, float], how: Tempo) -> dict[str, float]:
    """Probabilities of emotions after the pressure has moved that of anger; they still sum to one."""
    before = known.get("angry", 0.0)
    after = shifted(before, how.pressure())
    if after == before:
        return known
    rest = (1 - after) / (1 - before)
    return {name: after if name == "angry" else p * rest for name, p in known.items()}
