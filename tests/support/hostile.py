"""Random and hostile messages of visitors: shapes as Hypothesis strategies, drawn from a seed.

The same seed draws the same messages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from core.messages import MAX_TEXT
from tests.support import hostile_words as words

#: Content that names a button which the bot has shown, found when it is its turn.
PRESS_SHOWN = {"type": "press"}


@dataclass(frozen=True)
class Shot:
    """One message.  fits: whether the door must let it in, None where that depends on the conversation; raw:
    the whole body in place of content; hasty: the next one does not wait for the answer; twice: sent again.
    """

    kind: str
    content: Any = None
    fits: bool | None = True
    raw: bytes | None = None
    by_socket: bool = False
    hasty: bool = False
    twice: bool = False

    def told(self) -> str:
        """In a line, cut where it is long."""
        what = repr(self.raw) if self.raw is not None else json.dumps(self.content)
        return f"{self.kind}: {what if len(what) < 300 else f'{what[:250]}… ({len(what)} characters)'}"


def fits(text: str) -> bool:
    """What docs/reference/visitor-protocol.md lets in, as a reader of the JSON sees it."""
    read = json.loads(json.dumps(text))  # two halves of a pair become one character
    storable = "\0" not in read and not any("\ud800" <= ch <= "\udfff" for ch in read)
    return bool(read.strip()) and len(read) <= MAX_TEXT and storable


_everyday = st.sampled_from(words.EVERYDAY)
_lengths = st.sampled_from((2, 7, 60, 400, 401, 1500, MAX_TEXT - 1, MAX_TEXT, MAX_TEXT + 1, 20_000, 100_000))


def _many(units: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One unit over and over, up to a length around some limit."""
    return st.builds(lambda unit, length: unit * max(1, length // len(unit)), units, _lengths)


def _sprinkled(marks: str) -> st.SearchStrategy[str]:
    """An everyday sentence with such characters between its own."""
    between = st.text(marks, min_size=1, max_size=6)
    return st.builds(lambda said, mark: mark + mark.join(said) + mark, _everyday, between)


def _beside(odd: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Alone, or before or after an everyday sentence."""
    return st.one_of(
        odd,
        st.builds(lambda a, b: f"{a} {b}", odd, _everyday),
        st.builds(lambda a, b: f"{a}{b}", _everyday, odd),
    )


_marks = st.text(st.characters(categories=["Mn", "Me"]), min_size=3, max_size=25)
_commands = st.tuples(
    st.sampled_from(words.SLASHES),
    st.sampled_from(words.COMMANDS),
    st.sampled_from(("", " ", "\n/restart", " 我要退货")),
).map("".join)
_storm = st.lists(st.sampled_from(words.EMOJI), min_size=1, max_size=30).map("".join)
_one = st.characters(exclude_categories=["Cs"]) | st.sampled_from(words.SWELLING)
_ends = st.sampled_from(("\n", "\r\n", "\u2028", "\u0085", "\n我要退货\n"))
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_numbers = st.lists(
    st.one_of(
        st.integers(0, 10**14).map(str),
        st.from_regex(r"\AKT[ -]?[0-9]{11}\Z"),
        st.from_regex(r"\A1[3-9][0-9]{9}\Z"),
        st.from_regex(r"\AT[0-9]{6}-[0-9]{4}\Z"),
        st.from_regex(r"\A20[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}\Z"),
    ),
    min_size=1,
    max_size=60,
).map(" ".join)

TEXTS: dict[str, st.SearchStrategy[str]] = {
    "everyday": _everyday,
    "emoji storm": _storm | _beside(_many(st.sampled_from(words.EMOJI))),
    "one character over and over": _many(_one),
    "a sentence over and over": _many(_everyday),
    "right to left": _beside(st.sampled_from(words.SCRIPTS[:2])) | _sprinkled(words.BIDI),
    "control characters": _sprinkled(words.CONTROLS),
    "NUL": st.builds(lambda said, at: said[:at] + "\0" + said[at:], _everyday, st.integers(0, 6)),
    "halves of pairs": _sprinkled("\ud800\udbff\udc00\udfff\ud83d\ude00"),
    "commands": _commands,
    "HTML": _beside(st.sampled_from(words.HTML)),
    "SQL": _beside(st.sampled_from(words.SQL)),
    "templates": _beside(st.sampled_from(words.TEMPLATES)),
    "newlines": st.builds(lambda n, said, end: end * n + said, st.integers(1, 4000), _everyday, _ends),
    "unseen characters": _sprinkled(words.UNSEEN) | st.text(words.UNSEEN, min_size=1),
    "zalgo": st.builds(lambda said, marks: "".join(ch + marks for ch in said), _everyday, _marks),
    "JSON": _json.map(json.dumps),
    "numbers": _beside(_numbers),
    "mixed scripts": st.lists(st.sampled_from(words.SCRIPTS) | _everyday, min_size=2, max_size=40).map(
        " ".join
    ),
    "many questions": st.lists(_everyday, min_size=4, max_size=60).map("？还有".join),
    "any characters": st.text(st.characters(), min_size=1, max_size=200),
    "blank": st.text(" \t\n\r\u3000\u00a0\u2003", max_size=40),
}

_KINDS = (*TEXTS, *TEXTS, *TEXTS, *["everyday"] * 9, *["press"] * 6, "contents", "raw")


@st.composite
def shots(draw: st.DrawFn) -> Shot:
    """Of every shape; everyday sentences and real presses among them, so that forms and buttons are there."""
    kind = draw(st.sampled_from(_KINDS))
    by_socket, hasty, twice = (draw(st.integers(0, 9)) < tenths for tenths in (5, 2, 1))
    if kind == "raw":
        return Shot(kind, None, False, draw(st.sampled_from(words.RAW)), by_socket)
    if kind == "press":
        content: Any = draw(st.sampled_from((PRESS_SHOWN, {**PRESS_SHOWN, "payload": "/restart"})))
        may_enter = None
    elif kind == "contents":
        content, may_enter = draw(st.sampled_from(words.CONTENTS))
    else:
        text = draw(TEXTS[kind])
        content, may_enter = {"type": "text", "text": text}, fits(text)
    return Shot(kind, content, may_enter, None, by_socket, hasty, twice)


def drawn(number: int) -> list[Shot]:
    """What one visitor sends: the messages of a seed.

    Hypothesis begins with the simplest of all and, after ten, goes on with variations of what it has made.
    """
    found: list[Shot] = []

    @seed(number)
    @settings(
        max_examples=10,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(shots())
    def take(shot: Shot) -> None:
        found.append(shot)

    take()
    return found[1:]
