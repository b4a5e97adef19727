"""What the entity extractor is worth: found and missed in running text, with it and without it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

SENTENCES = Path(__file__).parents[1] / "entities"
MARK = re.compile(r"\[([^\]]+)\]\((\w+)(?::([\w-]+))?\)")
COMPONENT = "SpacyEntities"
#: F1 of the trained pipeline at least; measured: 0.94, 0.90, 0.90.
LEAST = {"zh": 0.88, "hant": 0.85, "en": 0.85}
#: By how much F1 falls at least when the component is taken out.
MARGIN = 0.5

Extract = Callable[[str], list[dict[str, Any]]]


@dataclass(frozen=True)
class Entity:
    """value: as the product knows it; start and end: where it stands in the text."""

    label: str
    value: str
    start: int
    end: int

    def matches(self, other: Entity) -> bool:
        """The same thing in the same place; how many of the words around it are taken in is of no account."""
        overlap = self.start < other.end and other.start < self.end
        return overlap and (self.label, self.value) == (other.label, other.value)


@dataclass(frozen=True)
class Sentence:
    text: str
    entities: tuple[Entity, ...]


def parsed(marked: str) -> Sentence:
    text, entities, at = "", [], 0
    for match in MARK.finditer(marked):
        text += marked[at : match.start()]
        words, label, value = match.groups()
        entities.append(Entity(label, value or written(label, words), len(text), len(text) + len(words)))
        text += words
        at = match.end()
    return Sentence(text + marked[at:], tuple(entities))


def written(label: str, words: str) -> str:
    """The one way in which a number is kept, whatever was typed."""
    if label in ("order_number", "phone_number"):
        return re.sub(r"[ -]", "", words).upper()
    return words.upper() if label == "ticket_number" else words


def sentences(name: str) -> list[Sentence]:
    content = yaml.safe_load((SENTENCES / f"{name}.yml").read_text("utf-8"))
    return [parsed(marked) for marked in content["entities"]]


def found(raw: dict[str, Any], text: str) -> Entity:
    start, end = raw["start"], raw["end"]
    in_words = raw["entity"] in ("date", "email")
    return Entity(raw["entity"], text[start:end] if in_words else str(raw["value"]), start, end)


@dataclass
class Score:
    hits: int = 0
    missed: int = 0
    wrong: int = 0

    @property
    def f1(self) -> float:
        return 2 * self.hits / max(1, 2 * self.hits + self.missed + self.wrong)


def judged(extract: Extract, name: str) -> tuple[Score, list[str]]:
    """The score over a set, and a line for each sentence that was read otherwise than it is meant."""
    score, told = Score(), []
    for sentence in sentences(name):
        got = [found(raw, sentence.text) for raw in extract(sentence.text)]
        missed = [e for e in sentence.entities if not any(e.matches(g) for g in got)]
        wrong = [g for g in got if not any(g.matches(e) for e in sentence.entities)]
        score.hits += len(sentence.entities) - len(missed)
        score.missed += len(missed)
        score.wrong += len(wrong)
        if missed or wrong:
            told.append(f"{sentence.text!r}: missed {words(missed)}, wrong {words(wrong)}")
    return score, told


def words(entities: list[Entity]) -> str:
    return ", ".join(f"{e.label}={e.value}" for e in entities) or "nothing"


@pytest.fixture(scope="module")
def extractors(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Extract, Extract]]:
    """The trained pipeline as it is, and the same with the component taken out and nothing else changed."""
    from rasa.core.channels.channel import UserMessage
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    storage, facts = LocalModelStorage.from_model_archive(tmp_path_factory.mktemp("model"), model)

    def extractor(schema: GraphSchema) -> Extract:
        runner = DaskGraphRunner.create(schema, storage, ExecutionContext(schema, facts.model_id))

        def extract(text: str) -> list[dict[str, Any]]:
            target = facts.nlu_target
            inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text)], PLACEHOLDER_TRACKER: None}
            done = runner.run(inputs=inputs, targets=[target])
            return list(done[target][0].get("entities") or [])

        return extract

    yield extractor(facts.predict_schema), extractor(without(facts.predict_schema, COMPONENT))


def without(schema: Any, component: str) -> Any:
    """A graph in which whoever asked the component asks the one before it."""
    changed = deepcopy(schema)
    [name] = [name for name in changed.nodes if component in name]
    before = changed.nodes.pop(name).needs["messages"]
    for node in changed.nodes.values():
        node.needs = {role: before if source == name else source for role, source in node.needs.items()}
    return changed


@pytest.mark.parametrize("name", ["zh", "hant", "en"])
def test_entities_are_found_in_running_text_and_hardly_without_the_component(extractors, name):
    whole, lacking = extractors
    score, told = judged(whole, name)
    poorer, _ = judged(lacking, name)
    print(f"{name}: F1 {score.f1:.3f} with {COMPONENT}, {poorer.f1:.3f} without it; {score}", *told, sep="\n")
    assert score.f1 >= LEAST[name]
    assert score.f1 - poorer.f1 >= MARGIN


def test_the_sets_are_large_and_have_every_entity_that_is_found_in_text():
    every = {name: sentences(name) for name in ("zh", "hant", "en")}
    assert sum(len(group) for group in every.values()) >= 80
    labels = Counter(e.label for group in every.values() for s in group for e in s.entities)
    assert set(labels) >= {
        *("order_number", "ticket_number", "phone_number", "phone_tail", "email", "product", "date"),
        *("city", "district", "color"),
    }
    assert sum(not s.entities for group in every.values() for s in group) >= 30
