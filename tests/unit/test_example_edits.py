"""Changes of the training files: what was asked for, and not a byte of anything else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.training_data import EMOTIONS, read_examples
from learning.examples.edits import Unknown, Words, added, changed, removed
from learning.examples.place import read

DATA = Path(__file__).parents[2] / "data"
FILES = sorted(path for path in (DATA / "nlu").glob("*.yml") if path.name not in ("entities.yml",))

MIXED = """version: "3.1"  # 头部注释
nlu:
# before the intent
- intent: greet
  examples:
  - text: |
      你好
    metadata:
      emotion: neutral   # after a word

  # between two
  - metadata: {emotion: happy, source: "手写"}
    text: "hi, \\"there\\""
  - text: plain words
- intent: greet
  examples:
    -   text: >
            deeper
        metadata:
            source: somebody
- intent: bye
  examples: |
    - 再见
    - bye
# the end"""

Said = list[tuple[str, str, str | None]]


def said(source: str) -> Said:
    return [(p.example.intent, p.example.marked, p.example.emotion) for p in read(source, Path("x.yml"))]


@cache
def shipped(path: Path) -> tuple[str, Said]:
    source = path.read_text("utf-8")
    return source, said(source)


def untouched(before: str, after: str) -> tuple[int, int, int]:
    """Lines that are the same at the start and at the end, and how many lie between them now."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    least = min(len(old), len(new))
    head = next((i for i in range(least) if old[i] != new[i]), least)
    tail = next((i for i in range(least - head) if old[-1 - i] != new[-1 - i]), least - head)
    return head, tail, len(new) - head - tail


#: One line as people write it, with whatever YAML might take for its own.
lines = (
    st.text(
        st.one_of(
            st.characters(codec="utf-8", categories=("L", "N", "P", "S")),
            st.sampled_from(" \t#:-'\"{}[]|>&*!%@`,?"),
        ),
        min_size=1,
        max_size=40,
    )
    .map(str.strip)
    .filter(bool)
)
words = st.builds(Words, lines, st.sampled_from(EMOTIONS))
a_file = st.sampled_from(FILES)
few = settings(max_examples=10, deadline=None)


def test_it_reads_what_the_trainers_commands_read():
    found = [p.example for path in sorted(DATA.rglob("*.yml")) for p in read(path.read_text("utf-8"), path)]
    assert found == list(read_examples(DATA))


@few
@given(a_file, words, st.data())
def test_a_changed_example_touches_its_own_lines_and_changes_back_to_the_same_bytes(path, new, data):
    source, before = shipped(path)
    place = data.draw(st.integers(0, len(before) - 1))
    after = changed(source, place, new)
    intent, text, emotion = before[place]
    assert said(after) == [*before[:place], (intent, new.marked, new.emotion), *before[place + 1 :]]
    head, tail, between = untouched(source, after)
    assert between <= 3 and head + tail + between == len(source.splitlines())
    assert emotion is not None
    assert changed(after, place, Words(text, emotion)) == source


@few
@given(a_file, st.data())
def test_a_removed_example_takes_its_four_lines_along(path, data):
    source, before = shipped(path)
    place = data.draw(st.integers(0, len(before) - 1))
    after = removed(source, place)
    assert said(after) == [*before[:place], *before[place + 1 :]]
    head, tail, between = untouched(source, after)
    assert between == 0 and head + tail == len(source.splitlines()) - 4


@few
@given(a_file, st.lists(words, min_size=1, max_size=3), st.data())
def test_added_examples_stand_at_the_end_of_their_intent_and_can_be_taken_out_again(path, new, data):
    source, before = shipped(path)
    intent = data.draw(st.sampled_from(sorted({name for name, _, _ in before})))
    after = added(source, intent, new)
    place = max(i for i, (name, _, _) in enumerate(before) if name == intent) + 1
    assert said(after) == [*before[:place], *((intent, w.marked, w.emotion) for w in new), *before[place:]]
    for _ in new:
        after = removed(after, place)
    assert after == source


def test_every_way_of_writing_an_example_is_changed_in_that_way():
    once = changed(MIXED, 0, Words("您好 # 吗", "happy"))
    assert once == MIXED.replace("      你好\n", "      您好 # 吗\n").replace(
        "emotion: neutral ", "emotion: happy "
    )
    once = changed(MIXED, 1, Words('say "hi"', "angry"))
    assert '  - metadata: {emotion: angry, source: "手写"}\n    text: "say \\"hi\\""\n' in once
    once = changed(MIXED, 2, Words("new: words", "neutral"))
    assert '  - text: "new: words"\n    metadata:\n      emotion: neutral\n- intent: greet\n' in once
    once = changed(MIXED, 3, Words("shallow", "happy"))
    assert (
        "            shallow\n        metadata:\n            source: somebody\n            emotion: happy\n"
        in once
    )


def test_comments_between_examples_stay_when_one_goes():
    assert removed(MIXED, 0) == MIXED.replace(
        "  - text: |\n      你好\n    metadata:\n      emotion: neutral   # after a word\n", ""
    )


def test_new_examples_follow_the_indentation_of_the_last():
    last = "            source: somebody\n"
    new = "    -   text: |\n          neu\n        metadata:\n          emotion: happy\n"
    assert added(MIXED, "greet", [Words("neu", "happy")]) == MIXED.replace(last, last + new)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_are_those_of_the_file_and_the_last_line_may_have_none(end):
    source = end.join(
        ["nlu:", "- intent: greet", "  examples:", "  - text: hi", "    metadata: {emotion: happy}"]
    )
    once = added(source, "greet", [Words("hello", "neutral")])
    assert once == source + end + end.join(
        ["  - text: |", "      hello", "    metadata:", "      emotion: neutral", ""]
    )
    assert removed(once, 1) == source + end


@pytest.mark.parametrize(
    "work",
    [
        lambda: changed(MIXED, 4, Words("再会", "neutral")),
        lambda: removed(MIXED, 5),
        lambda: removed(MIXED, 3),
        lambda: added(MIXED, "bye", [Words("再会", "neutral")]),
        lambda: added(MIXED, "nothing", [Words("x", "neutral")]),
        lambda: changed("nlu:\n- intent: a\n  examples:\n  - text: |\n      b", 0, Words("c\nd", "happy")),
        lambda: removed("nlu:\n- intent: a\n  examples:\n  -\n    text: b\n  - text: c\n", 0),
        lambda: changed("nlu: [{intent: a, examples: [{text: b}]}]", 0, Words("c", "happy")),
    ],
    ids=[
        "short form",
        "removing of it",
        "the only one",
        "adding to it",
        "no such intent",
        "two lines",
        "dash alone",
        "flow",
    ],
)
def test_what_is_written_in_another_way_is_left_alone(work):
    with pytest.raises(Unknown):
        work()
