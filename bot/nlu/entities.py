"""Entities of both languages, found by the spaCy pipeline of `pipeline.py`."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language

from bot.nlu.language import Folded, detect, fold
from bot.nlu.pipeline import build

LANGUAGES = ("zh", "en")
#: Found by name: the lookup tables of the training data and what its examples annotate.
NAMED = ("product", "city", "district", "color")
#: Written one way whatever the visitor typed.
_COMPACT = {"order_number", "ticket_number", "phone_number"}
_NO_DIGIT = re.compile(r"\D")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class SpacyEntities(EntityExtractorMixin, GraphComponent):
    """Sets `entities`:

    offsets in the raw text; things and places as the name that the training data's synonyms give them.
    """

    def __init__(self, storage: ModelStorage, resource: Resource) -> None:
        self._storage = storage
        self._resource = resource
        self._pipelines: dict[str, Language] = {}
        self._synonyms: dict[str, str] = {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SpacyEntities:
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        self._synonyms = {_key(k): v for k, v in training_data.entity_synonyms.items()}
        names = {entity: _names(entity, training_data) for entity in NAMED}
        self._pipelines = {language: build(language, names) for language in LANGUAGES}
        with self._storage.write_to(self._resource) as folder:
            for language, nlp in self._pipelines.items():
                nlp.meta["keting_synonyms"] = self._synonyms
                nlp.to_disk(folder / language)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SpacyEntities:
        import spacy

        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._pipelines = {language: spacy.load(folder / language) for language in LANGUAGES}
        component._synonyms = component._pipelines["zh"].meta["keting_synonyms"]
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            found = [] if text.startswith("/") else self._extract(text)
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _extract(self, text: str) -> list[dict[str, Any]]:
        folded = fold(text)
        # a mixed sentence needs jieba to part the words of either language
        nlp = self._pipelines["zh" if detect(text).language == "zh" else "en"]
        return [self._entity(folded, text, e.label_, e.start_char, e.end_char) for e in nlp(folded.text).ents]

    def _entity(self, folded: Folded, raw: str, label: str, start: int, end: int) -> dict[str, Any]:
        surface = folded.text[start:end]
        value = self._synonyms.get(_key(surface), surface)
        if label in _COMPACT:
            value = "".join(c for c in surface if c not in " -" or label == "ticket_number").upper()
        if label == "phone_tail":  # the pattern takes in the words that say what the digits are
            value = _NO_DIGIT.sub("", surface)
        begin, stop = folded.source[start], folded.source[end - 1] + 1
        return {
            "entity": label,
            "value": value,
            "start": begin,
            "end": stop,
            "text": raw[begin:stop],
            "extractor": type(self).__name__,
        }


def _key(surface: str) -> str:
    return "".join(fold(surface).text.lower().split())


def _names(entity: str, training_data: TrainingData) -> set[str]:
    """Every surface that data calls so: annotated, looked up, or a synonym of one."""
    names = {
        e["text"] if "text" in e else example.get(TEXT)[e["start"] : e["end"]]
        for example in training_data.entity_examples
        for e in example.get(ENTITIES)
        if e["entity"] == entity
    }
    for table in training_data.lookup_tables:
        if table["name"] == entity and isinstance(table["elements"], list):
            names.update(table["elements"])
    return {fold(name).text for name in names}
