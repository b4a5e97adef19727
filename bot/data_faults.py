"""What can be wrong with training data; each fault is told with its place and a cure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from bot.training_data import EMOTIONS, Example, by_intent, fold, skeleton

NEAR = 0.8  # character 3-gram Jaccard above which two texts say the same thing
SKELETON_SHARE = 0.05  # of an intent's examples may follow one sentence pattern
WIDE = "out_of_scope"  # the intent that stands for everything else needs more examples


@dataclass(frozen=True)
class Quota:
    """The least number of examples: per intent and language, and per emotion over the whole set."""

    zh: int = 60
    en: int = 40
    traditional_share: float = 1 / 3
    wide_zh: int = 120
    wide_en: int = 120
    emotion: int = 300


@dataclass(frozen=True)
class Fault:
    where: str
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.fix}"


def check(examples: Sequence[Example], intents: frozenset[str] | None, quota: Quota) -> list[Fault]:
    """All faults, in the order in which they are best mended. `intents` None: any intent name will do."""
    return [
        *check_labels(examples, intents),
        *check_same_texts(examples),
        *check_near_duplicates(examples),
        *check_skeletons(examples),
        *check_quotas(examples, quota),
    ]


def check_labels(examples: Iterable[Example], intents: frozenset[str] | None) -> Iterator[Fault]:
    names = ", ".join(EMOTIONS)
    for e in examples:
        if not e.text:
            yield Fault(e.where, f"an example of {e.intent} has no text", "write one or delete the entry")
        if intents is not None and e.intent not in intents:
            yield Fault(
                e.where, f"intent {e.intent!r} is not in the domain", "correct it or add it to domain.yml"
            )
        if e.emotion is None:
            yield Fault(e.where, f"{e.text!r} has no emotion", f"add metadata with emotion: one of {names}")
        elif e.emotion not in EMOTIONS:
            yield Fault(e.where, f"emotion {e.emotion!r} is unknown", f"use one of {names}")


def check_same_texts(examples: Iterable[Example]) -> Iterator[Fault]:
    first: dict[str, Example] = {}
    for e in examples:
        other = first.setdefault(fold(e.text), e)
        if other is e:
            continue
        if other.intent == e.intent:
            yield Fault(e.where, f"{e.text!r} repeats {other.where}", "delete one of the two")
        else:
            yield Fault(
                e.where,
                f"{e.text!r} is {e.intent} here and {other.intent} at {other.where}",
                "keep it where the definitions put it",
            )


def check_near_duplicates(examples: Iterable[Example]) -> Iterator[Fault]:
    for a, b, likeness in near_pairs(_different(examples)):
        yield Fault(
            b.where,
            f"{b.text!r} is {likeness:.2f} like {a.text!r} ({a.where}, {a.intent})",
            "say it in another way or delete it",
        )


def near_pairs(examples: Sequence[Example]) -> Iterator[tuple[Example, Example, float]]:
    """Pairs above `NEAR`. So alike, two sets share one of their rarest grams: only such sets are compared."""
    grams = [_grams(fold(e.text)) for e in examples]
    often = Counter(gram for one in grams for gram in one)
    holders: dict[str, list[int]] = defaultdict(list)
    for i, mine in enumerate(grams):
        rarest = sorted(mine, key=lambda gram: (often[gram], gram))[: len(mine) - ceil(NEAR * len(mine)) + 1]
        for j in sorted({j for gram in rarest for j in holders[gram]}):
            likeness = len(mine & grams[j]) / len(mine | grams[j])
            if likeness > NEAR:
                yield examples[j], examples[i], likeness
        for gram in rarest:
            holders[gram].append(i)


def check_skeletons(examples: Iterable[Example]) -> Iterator[Fault]:
    for intent, group in by_intent(_different(examples)).items():
        allowed = max(1, int(SKELETON_SHARE * len(group)))
        patterns: dict[str, list[Example]] = defaultdict(list)
        for e in group:
            patterns[skeleton(e)].append(e)
        for pattern, alike in patterns.items():
            if len(alike) > allowed:
                what = f"{len(alike)} of {len(group)} examples of {intent} read {pattern!r}"
                yield Fault(alike[allowed].where, what, f"keep {allowed}, rewrite the rest")


def check_quotas(examples: Sequence[Example], quota: Quota) -> Iterator[Fault]:
    for intent, group in sorted(by_intent(examples).items()):
        count = Counter(e.language for e in group)
        zh, traditional = count["zh-Hans"] + count["zh-Hant"], count["zh-Hant"]
        least_zh, least_en = (quota.wide_zh, quota.wide_en) if intent == WIDE else (quota.zh, quota.en)
        if zh < least_zh:
            yield Fault(intent, f"{zh} Chinese examples", f"write {least_zh - zh} more")
        if count["en"] < least_en:
            yield Fault(intent, f"{count['en']} English examples", f"write {least_en - count['en']} more")
        wanted = ceil(quota.traditional_share * zh)
        if traditional < wanted:
            yield Fault(
                intent,
                f"{traditional} of {zh} Chinese examples are Traditional",
                f"write {wanted - traditional} more",
            )
    emotions = Counter(e.emotion for e in examples)
    for emotion in EMOTIONS:
        missing = quota.emotion - emotions[emotion]
        if missing > 0:
            yield Fault(emotion, f"{emotions[emotion]} examples", f"label or write {missing} more")


def _different(examples: Iterable[Example]) -> list[Example]:
    """The first of each text: repeats have a fault of their own."""
    first: dict[str, Example] = {}
    for e in examples:
        first.setdefault(fold(e.text), e)
    return list(first.values())


def _grams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 3] for i in range(max(1, len(text) - 2)))
