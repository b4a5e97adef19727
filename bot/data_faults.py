"""What can be wrong with training data; each fault is told with its place and a cure, in both languages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from bot.tools.words import Bilingual, Language
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
    what: Bilingual
    fix: Bilingual

    def to(self, language: Language) -> str:
        mark = "；" if language == "zh" else "; "
        return f"{self.where}: {self.what.to(language)}{mark}{self.fix.to(language)}"

    def __str__(self) -> str:
        return self.to("en")


def check(
    examples: Sequence[Example],
    intents: frozenset[str] | None,
    quota: Quota,
    held_out: Sequence[Example] = (),
) -> list[Fault]:
    """All faults, in the order in which they are best mended. `intents` None: any intent name will do."""
    return [
        *check_labels(examples, intents),
        *check_same_texts(examples),
        *check_near_duplicates(examples),
        *check_leaks(examples, held_out),
        *check_skeletons(examples),
        *check_quotas(examples, quota),
    ]


def check_labels(examples: Iterable[Example], intents: frozenset[str] | None) -> Iterator[Fault]:
    names = ", ".join(EMOTIONS)
    for e in examples:
        if not e.text:
            yield Fault(
                e.where,
                Bilingual(f"{e.intent} 有一个例句没有文字", f"an example of {e.intent} has no text"),
                Bilingual("写上文字或删除该条", "write one or delete the entry"),
            )
        if intents is not None and e.intent not in intents:
            yield Fault(
                e.where,
                Bilingual(f"domain 中没有意图 {e.intent!r}", f"intent {e.intent!r} is not in the domain"),
                Bilingual("改正名称或加入 domain.yml", "correct it or add it to domain.yml"),
            )
        if e.emotion is None:
            yield Fault(
                e.where,
                Bilingual(f"{e.text!r} 没有标注情绪", f"{e.text!r} has no emotion"),
                Bilingual(
                    f"在 metadata 里写 emotion：{names} 之一", f"add metadata with emotion: one of {names}"
                ),
            )
        elif e.emotion not in EMOTIONS:
            yield Fault(
                e.where,
                Bilingual(f"没有 {e.emotion!r} 这种情绪", f"emotion {e.emotion!r} is unknown"),
                Bilingual(f"请用 {names} 之一", f"use one of {names}"),
            )


def check_same_texts(examples: Iterable[Example]) -> Iterator[Fault]:
    first: dict[str, Example] = {}
    for e in examples:
        other = first.setdefault(fold(e.text), e)
        if other is e:
            continue
        if other.intent == e.intent:
            yield Fault(
                e.where,
                Bilingual(f"{e.text!r} 与 {other.where} 重复", f"{e.text!r} repeats {other.where}"),
                Bilingual("删除其中一句", "delete one of the two"),
            )
        else:
            yield Fault(
                e.where,
                Bilingual(
                    f"{e.text!r} 在这里是 {e.intent}，在 {other.where} 是 {other.intent}",
                    f"{e.text!r} is {e.intent} here and {other.intent} at {other.where}",
                ),
                Bilingual("按意图定义只保留一处", "keep it where the definitions put it"),
            )


def check_near_duplicates(examples: Iterable[Example]) -> Iterator[Fault]:
    for a, b, likeness in near_pairs(_different(examples)):
        yield Fault(
            b.where,
            Bilingual(
                f"{b.text!r} 与 {a.text!r}（{a.where}，{a.intent}）相似度 {likeness:.2f}",
                f"{b.text!r} is {likeness:.2f} like {a.text!r} ({a.where}, {a.intent})",
            ),
            Bilingual("换一种说法或删除", "say it in another way or delete it"),
        )


def check_leaks(examples: Iterable[Example], held_out: Sequence[Example]) -> Iterator[Fault]:
    """Training data that the held-out set has as well: a model that has read the answers proves nothing."""
    if not held_out:
        return
    kept = {id(e) for e in held_out}
    for a, b, likeness in near_pairs([*held_out, *_different(examples)]):
        if id(a) in kept and id(b) not in kept:
            yield Fault(
                b.where,
                Bilingual(
                    f"{b.text!r} 与留出集的 {a.text!r}（{a.where}）相似度 {likeness:.2f}",
                    f"{b.text!r} is {likeness:.2f} like {a.text!r} of the held-out set ({a.where})",
                ),
                Bilingual(
                    "从训练数据中删除或换一种说法；不要改动留出集",
                    "delete it here or say it in another way, and leave the held-out set alone",
                ),
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
                yield Fault(
                    alike[allowed].where,
                    Bilingual(
                        f"{intent} 的 {len(group)} 句中有 {len(alike)} 句都是 {pattern!r}",
                        f"{len(alike)} of {len(group)} examples of {intent} read {pattern!r}",
                    ),
                    Bilingual(f"保留 {allowed} 句，其余改写", f"keep {allowed}, rewrite the rest"),
                )


def check_quotas(examples: Sequence[Example], quota: Quota) -> Iterator[Fault]:
    for intent, group in sorted(by_intent(examples).items()):
        count = Counter(e.language for e in group)
        zh, traditional = count["zh-Hans"] + count["zh-Hant"], count["zh-Hant"]
        least_zh, least_en = (quota.wide_zh, quota.wide_en) if intent == WIDE else (quota.zh, quota.en)
        if zh < least_zh:
            yield Fault(
                intent, Bilingual(f"中文例句 {zh} 句", f"{zh} Chinese examples"), _more(least_zh - zh)
            )
        if (en := count["en"]) < least_en:
            yield Fault(
                intent, Bilingual(f"英文例句 {en} 句", f"{en} English examples"), _more(least_en - en)
            )
        wanted = ceil(quota.traditional_share * zh)
        if traditional < wanted:
            yield Fault(
                intent,
                Bilingual(
                    f"{zh} 句中文例句中 {traditional} 句是繁体",
                    f"{traditional} of {zh} Chinese examples are Traditional",
                ),
                _more(wanted - traditional),
            )
    emotions = Counter(e.emotion for e in examples)
    for emotion in EMOTIONS:
        missing = quota.emotion - emotions[emotion]
        if missing > 0:
            yield Fault(
                emotion,
                Bilingual(f"例句 {emotions[emotion]} 句", f"{emotions[emotion]} examples"),
                Bilingual(f"再标注或写 {missing} 句", f"label or write {missing} more"),
            )


def _more(count: int) -> Bilingual:
    return Bilingual(f"再写 {count} 句", f"write {count} more")


def _different(examples: Iterable[Example]) -> list[Example]:
    """The first of each text: repeats have a fault of their own."""
    first: dict[str, Example] = {}
    for e in examples:
        first.setdefault(fold(e.text), e)
    return list(first.values())


def _grams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 3] for i in range(max(1, len(text) - 2)))
