"""Whether new words may be added: what `keting data check` would say of them beside all that is there.

Its own functions judge; here they get only what can matter to a few candidates, so that an answer takes
milliseconds where a check of everything takes seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.data_faults import (
    Fault,
    check_labels,
    check_leaks,
    check_near_duplicates,
    check_same_texts,
    check_skeletons,
)
from bot.tools.words import Bilingual as Words
from bot.training_data import EMOTIONS as EMOTIONS
from bot.training_data import MARKUP, Example, fold, skeleton
from core.bilingual import Bilingual
from learning.examples.index import Held
from learning.examples.likeness import close_to
from learning.examples.place import example

LONGEST = 500
#: Where candidates stand before they stand anywhere: a line of what was sent.
_NEW = Path("new")
#: What YAML can hold, without line ends.
_PRINTABLE = re.compile(
    "[\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*"
)


@dataclass(frozen=True)
class Draft:
    """What somebody wants an example to say; nothing of it is known to be sensible."""

    intent: str
    marked: str
    emotion: str


@dataclass(frozen=True)
class Refusal:
    """One thing that is wrong with the index-th draft.

    kind: label, entity, same, near, leak or pattern.  other: the example that is in the way, if there is one.
    """

    index: int
    field: str
    kind: str
    what: Bilingual
    fix: Bilingual
    other: Held | None = None


@dataclass(frozen=True)
class Rules:
    """What examples may say in this project.  held_out: each with its text folded."""

    intents: frozenset[str] | None
    entities: frozenset[str] | None
    held_out: Sequence[tuple[str, Example]] = ()


@dataclass(frozen=True)
class _Beside:
    """What one draft is judged beside: examples that may say the same, sentences that must stay unknown, and
    the examples of its intent with their patterns."""

    held: Sequence[Held]
    drafts: Sequence[Example]  # those before it: a list may repeat itself
    held_out: Sequence[Example]
    intent: Sequence[tuple[str, Example]]

    @property
    def alike(self) -> list[Example]:
        return [*(held.example for held in self.held), *self.drafts]


def refusals(drafts: Sequence[Draft], others: Sequence[Held], rules: Rules) -> list[Refusal]:
    """All that is wrong with drafts that would stand beside others, in their order."""
    made = [example(d.marked, d.intent, d.emotion, _NEW, i + 1) for i, d in enumerate(drafts)]
    texts = [fold(e.text) for e in made]
    held = close_to(texts, ((one.folded, one) for one in others))
    before = close_to(texts, zip(texts, made, strict=True))
    held_out = close_to(texts, rules.held_out)
    patterns: dict[str, list[tuple[str, Example]]] = {draft.intent: [] for draft in drafts}
    for one in others:
        if one.example.intent in patterns:
            patterns[one.example.intent].append((skeleton(one.example), one.example))
    found: list[Refusal] = []
    for i, e in enumerate(made):
        earlier = [other for other in before[i] if other.line < e.line]
        found += _of(i, e, _Beside(held[i], earlier, held_out[i], patterns[e.intent]), rules)
        patterns[e.intent].append((skeleton(e), e))
    return found


def _of(index: int, made: Example, beside: _Beside, rules: Rules) -> Iterator[Refusal]:
    unfit = [*_bad_text(made), *_bad_labels(made, rules), *_bad_markup(made, rules)]
    if unfit:
        yield from (_refusal(index, field, kind, fault) for field, kind, fault in unfit)
        return

    def of(kind: str, faults: Iterator[Fault]) -> Iterator[Refusal]:
        for fault in faults:
            if fault.where == made.where:
                other = next((held for held in beside.held if _names(fault, held.example)), None)
                yield _refusal(index, "text", kind, fault, other)

    same = list(of("same", check_same_texts([*beside.alike, made])))
    yield from same or of("near", check_near_duplicates([*beside.alike, made]))
    yield from of("leak", check_leaks([made], beside.held_out))
    yield from _pattern(index, made, beside.intent)


def _refusal(index: int, field: str, kind: str, fault: Fault, other: Held | None = None) -> Refusal:
    return Refusal(index, field, kind, Bilingual(*fault.what), Bilingual(*fault.fix), other)


def _bad_text(made: Example) -> Iterator[tuple[str, str, Fault]]:
    if len(made.marked) > LONGEST:
        yield (
            "text",
            "label",
            Fault(
                made.where,
                Words(f"{len(made.marked)} 个字", f"{len(made.marked)} characters"),
                Words(f"最多 {LONGEST} 个字", f"write {LONGEST} at most"),
            ),
        )
    if not _PRINTABLE.fullmatch(made.marked):
        yield (
            "text",
            "label",
            Fault(
                made.where,
                Words("含有换行或看不见的字符", "there is a line break or an invisible character in it"),
                Words("一个例句写一行", "write one example in one line"),
            ),
        )


def _bad_labels(made: Example, rules: Rules) -> Iterator[tuple[str, str, Fault]]:
    """The linter names the fields by its words only: they come in this order."""
    wrong = {
        "text": not made.text,
        "intent": rules.intents is not None and made.intent not in rules.intents,
        "emotion": made.emotion not in EMOTIONS,
    }
    fields = [field for field, is_wrong in wrong.items() if is_wrong]
    for field, fault in zip(fields, check_labels([made], rules.intents), strict=True):
        yield field, "label", fault


def _bad_markup(made: Example, rules: Rules) -> Iterator[tuple[str, str, Fault]]:
    names = {match["name"] or match["long"] for match in MARKUP.finditer(made.marked)}
    for name in sorted(names - rules.entities if rules.entities is not None else ()):
        listed = ", ".join(sorted(rules.entities or ()))
        yield (
            "text",
            "entity",
            Fault(
                made.where,
                Words(f"domain 中没有实体 {name!r}", f"entity {name!r} is not in the domain"),
                Words(f"请用 {listed} 之一", f"use one of {listed}"),
            ),
        )
    if re.search(r"\]\s*[({]", made.text):
        yield (
            "text",
            "entity",
            Fault(
                made.where,
                Words("实体标注不完整", "an entity is marked by halves"),
                Words("写成 [文字](实体)", "write [words](entity)"),
            ),
        )


def _pattern(index: int, made: Example, group: Sequence[tuple[str, Example]]) -> Iterator[Refusal]:
    """Too many sentences of one pattern, if this one is of it: whatever of them the linter points at."""
    pattern = skeleton(made)
    same = {e.where for found, e in group if found == pattern}
    if same:  # one alone is never too many
        for fault in check_skeletons([made, *(e for _, e in group)]):
            if fault.where in same:
                yield _refusal(index, "text", "pattern", fault)


def _names(fault: Fault, e: Example) -> bool:
    return re.search(rf"{re.escape(e.where)}(?!\d)", fault.what.en) is not None
