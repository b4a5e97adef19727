"""One sentence vector a message, as a Rasa feature: whatever comes after it in the pipeline may use it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.normalizer import Normalizer, normalised
from encoder import CachedEncoder, Encoder, EncoderMissing, encoder_for

log = logging.getLogger(__name__)

_ORIGIN = "SentenceVectors"


@cache
def shared_encoder(setting: str, file: str | None) -> CachedEncoder | None:
    """The encoder of this process, remembering what it encoded; None where there is none."""
    encoder = _loaded(setting)
    return CachedEncoder(encoder, Path(file) if file else None) if encoder else None


@cache
def _loaded(setting: str) -> Encoder | None:
    """A model takes a hundred megabytes: one a process.  That there is none is said once."""
    encoder = encoder_for(setting)
    if encoder is None:
        log.warning("no sentence encoder: intents and emotions are understood by their words alone")
    return encoder


def vector(message: Message) -> NDArray[np.float32] | None:
    """The sentence vector of a message, if the pipeline gave it one."""
    for feature in message.features:
        if feature.origin == _ORIGIN and feature.type == FEATURE_TYPE_SENTENCE:
            return np.asarray(feature.features[0], np.float32)
    return None


def vectors(messages: Sequence[Message]) -> NDArray[np.float32] | None:
    """messages x dimensions; None unless each has one."""
    found = [vector(message) for message in messages]
    return None if not found or any(v is None for v in found) else np.stack(found)  # type: ignore[arg-type]


def to_learn_from(messages: Sequence[Message]) -> list[Message]:
    """Those with a vector, if any has one: a few that cannot be encoded must not blind a model."""
    return [m for m in messages if vector(m) is not None] or list(messages)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceVectors(GraphComponent):
    """encoder: see `encoder.encoder_for`.  cache: a file that keeps the vectors of training examples.

    A message that cannot be encoded goes on without: the classifiers know how to do without.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._setting = str(config["encoder"])
        self._cache = config["cache"]
        self._encoder = shared_encoder(self._setting, None)

    @classmethod
    def required_components(cls) -> list[type]:
        return [Normalizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"encoder": "auto", "cache": "models/vectors.sqlite"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceVectors:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        self._encode(messages, self._encoder)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        encoder = shared_encoder(self._setting, self._cache)
        self._encode([e for e in training_data.training_examples if e.get(TEXT)], encoder)
        return training_data

    def _encode(self, messages: list[Message], encoder: CachedEncoder | None) -> None:
        texts = [normalised(message) for message in messages]
        told = [(m, t) for m, t in zip(messages, texts, strict=True) if t and not t.startswith("/")]
        if encoder is None or not told:
            return
        try:
            rows = encoder.encode([text for _, text in told])
        except EncoderMissing as err:
            log.warning("encoder.away: %s", err)
            return
        for (message, _), row in zip(told, rows, strict=True):
            message.add_features(Features(row[None], FEATURE_TYPE_SENTENCE, TEXT, _ORIGIN))
