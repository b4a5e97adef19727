"""What the desk says of a few drafts is what the linter says of them beside everything."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from hypothesis import example as pinned
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.data_check import declared
from bot.data_faults import Quota, check
from bot.training_data import EMOTIONS, fold, read_heldout
from learning.examples.faults import Draft, Rules, refusals
from learning.examples.index import Held, hold
from learning.examples.place import example, read

ROOT = Path(__file__).parents[2]
NONE = Quota(zh=0, en=0, traditional_share=0, wide_zh=0, wide_en=0, emotion=0)
SOME = 150
#: The linter of a text that is there already, under the same intent or another one.
REPEATED = re.compile(r" repeats \S+:\d+$| is \w+ here and \w+ at \S+:\d+$")
LEAKED_TWICE = [Draft(intent, "hey there", "neutral") for intent in ("request_return", "request_exchange")]


@cache
def shipped() -> tuple[list[Held], Rules]:
    """Some of the project's examples and of the held-out set."""
    path = ROOT / "data" / "nlu" / "returns.yml"
    intents = declared(ROOT / "domain.yml", "intents")
    held_out = list(read_heldout(ROOT / "tests" / "heldout"))[:SOME]
    rules = Rules(intents, None, [(fold(e.text), e) for e in held_out])
    return list(hold(read(path.read_text("utf-8"), path)))[:SOME], rules


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """Something that is there, in training or held out, as it is or with a few characters changed."""
    held, rules = shipped()
    texts = [one.example.marked for one in held] + [e.text for _, e in rules.held_out]
    text = list(draw(st.sampled_from(texts)))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        text[at : at + draw(st.integers(0, 1))] = draw(st.sampled_from(["", "啊", "x", "！", " "]))
    intent = draw(st.sampled_from(["request_return", "request_exchange", "no_such_intent"]))
    return Draft(intent, "".join(text).strip(), draw(st.sampled_from([*EMOTIONS, "furious"])))


@settings(max_examples=150, deadline=None)
@pinned(LEAKED_TWICE)
@given(st.lists(drafts(), min_size=1, max_size=3))
def test_it_finds_what_the_linter_finds(several):
    held, rules = shipped()
    fine = [
        draft
        for draft in several
        if draft.intent in (rules.intents or ()) and draft.emotion in EMOTIONS and "](" not in draft.marked
    ]
    made = [example(d.marked, d.intent, d.emotion, Path("new"), i + 1) for i, d in enumerate(fine)]
    known = [e for _, e in rules.held_out]
    faults = check([*(one.example for one in held), *made], rules.intents, NONE, known)
    repeated = {fault.where for fault in faults if REPEATED.search(fault.what.en)}
    wanted = {
        (fault.where, fault.what.en)
        for fault in faults
        if fault.where.startswith("new:") and "examples of" not in fault.what.en
    }
    found = {
        (f"new:{one.index + 1}", one.what.en) for one in refusals(fine, held, rules) if one.kind != "pattern"
    }
    # of what is there already the linter says no more than that
    assert {place for place, _ in found} == {place for place, _ in wanted}
    assert {pair for pair in found if pair[0] not in repeated} == {
        pair for pair in wanted if pair[0] not in repeated
    }


def test_an_example_may_always_stay_what_it_is():
    held, rules = shipped()
    for one in held[::10]:
        others = [other for other in held if other is not one]
        e = one.example
        assert refusals([Draft(e.intent, e.marked, e.emotion or "neutral")], others, rules) == []
