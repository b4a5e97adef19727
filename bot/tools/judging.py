"""Labelled sentences beside what a model made of them: judged at once, by cross-validation, and in slices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.model_selection import StratifiedKFold

from bot.nlu.cues import with_cues
from bot.nlu.language import detect, normalise
from bot.nlu.text_model import TextModel
from bot.tools.metrics import Pair
from bot.tools.models import Gates, NluModel, Understood, encoded
from bot.tools.words import Bilingual
from bot.training_data import LANGUAGES, Example

_ENDLESS = 1_000_000
#: Characters of Chinese and words of English count one each.
LENGTHS = ((1, 5), (6, 15), (16, _ENDLESS))
SLICES: tuple[str, ...] = (*LANGUAGES, "mixed")
#: Tells how far a cross-validation is: (fold from 1, folds).
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Judged:
    example: Example
    understood: Understood

    @property
    def right(self) -> bool:
        return self.example.intent == self.understood.intent


@dataclass(frozen=True)
class Training:
    """How the pipeline trains its classifiers: `c` of each, the encoder's setting, and its gates."""

    intent_c: float
    emotion_c: float
    encoder: str
    gates: Gates


def judge(model: NluModel, examples: Sequence[Example]) -> list[Judged]:
    answers = model.understand([e.text for e in examples])
    return [Judged(e, answer) for e, answer in zip(examples, answers, strict=True)]


def cross_validate(
    examples: Sequence[Example], training: Training, folds: int, tell: Tell = lambda fold, of: None
) -> list[Judged]:
    """Each example judged by a model that was trained on the other folds, in the order given.

    Stratified by intent; an intent with fewer examples than folds is left out.  Classifiers only: whether a
    text is of a known kind (`Scope`) is not asked.
    """
    usable = _frequent(examples, folds)
    if not usable:
        return []
    labels = [e.intent for e in usable]
    splits = StratifiedKFold(folds, shuffle=True, random_state=0).split(np.zeros(len(usable)), labels)
    judged: dict[int, Judged] = {}
    for number, (train, test) in enumerate(splits, start=1):
        tell(number, folds)
        model = fitted([usable[i] for i in train], training)
        judged.update(zip(test, judge(model, [usable[i] for i in test]), strict=True))
    return [judged[i] for i in sorted(judged)]


def fitted(examples: Sequence[Example], training: Training) -> NluModel:
    """The two classifiers as the pipeline would train them on these examples."""
    plain = [normalise(e.text) for e in examples]
    vectors = encoded(plain, training.encoder)
    intents = TextModel.fit(plain, [e.intent for e in examples], vectors, c=training.intent_c)
    felt = [i for i, e in enumerate(examples) if e.emotion]
    emotions = None
    if len({examples[i].emotion for i in felt}) > 2:
        emotions = TextModel.fit(
            [with_cues(plain[i]) for i in felt],
            [str(examples[i].emotion) for i in felt],
            None if vectors is None else vectors[felt],
            c=training.emotion_c,
            balanced=True,
        )
    return NluModel("", intents, emotions, None, training.encoder, replace(training.gates, scope=0.0))


def intent_pairs(judged: Iterable[Judged]) -> list[Pair]:
    return [(j.example.intent, j.understood.intent) for j in judged]


def emotion_pairs(judged: Iterable[Judged]) -> list[Pair]:
    """Of the examples that have an emotion."""
    return [(j.example.emotion, j.understood.emotion) for j in judged if j.example.emotion]


def language_of(example: Example) -> str:
    """One of `SLICES`: sentences that mix Chinese with English words stand apart."""
    return "mixed" if detect(example.text).mixed else example.language


def slices(judged: Sequence[Judged]) -> list[tuple[Bilingual, list[Judged]]]:
    """By language, then by length; empty ones are left out."""
    found = [(_LANGUAGE[name], [j for j in judged if language_of(j.example) == name]) for name in SLICES]
    for low, high in LENGTHS:
        size = f"{low}-{high}" if high < _ENDLESS else f"{low}+"
        group = [j for j in judged if low <= _length(j.example) <= high]
        found.append((Bilingual(f"{size} 字/词", f"{size} words"), group))
    return [(name, group) for name, group in found if group]


_LANGUAGE = {
    "zh-Hans": Bilingual("简体中文", "Simplified Chinese"),
    "zh-Hant": Bilingual("繁体中文", "Traditional Chinese"),
    "en": Bilingual("英文", "English"),
    "mixed": Bilingual("中英混用", "mixed"),
}


def _length(example: Example) -> int:
    """Characters of Chinese, words of anything else; at least one."""
    spread = "".join(f" {c} " if "\u3400" <= c <= "\u9fff" else c for c in example.text)
    return max(1, len(spread.split()))


def _frequent(examples: Sequence[Example], folds: int) -> list[Example]:
    counts: dict[str, int] = {}
    for e in examples:
        counts[e.intent] = counts.get(e.intent, 0) + 1
    return [e for e in examples if counts[e.intent] >= folds and normalise(e.text)]
