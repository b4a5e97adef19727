"""Nothing a visitor types may reach Rasa as a command."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialogue.escape import escape

INVISIBLE = [
    chr(n)
    for n in range(sys.maxunicode + 1)
    if unicodedata.category(chr(n)) in {"Cc", "Cf", "Zs", "Zl", "Zp"} or chr(n).isspace()
]
SLASHES = [chr(n) for n in range(sys.maxunicode + 1) if unicodedata.normalize("NFKC", chr(n)).startswith("/")]


def obeyed(text: str) -> bool:
    """Whether the strictest reader we can think of would take the text for a command.

    Rasa strips and looks for a solidus; a normaliser before it may drop what nobody sees and make
    wide characters narrow.
    """
    visible = "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cn", "Co", "Cs"})
    return unicodedata.normalize("NFKC", visible).strip().startswith("/") or text.strip().startswith("/")


prefixes = st.lists(st.sampled_from(INVISIBLE), max_size=6).map("".join)


@given(prefixes, st.sampled_from(SLASHES), st.text(max_size=30))
@example("", "/", 'restart{"a": 1}')
@example("\ufeff \u202e\x00", "\uff0f", "restart")
def test_no_disguise_of_a_slash_passes(prefix: str, slash: str, rest: str) -> None:
    assert not obeyed(escape(prefix + slash + rest))


@given(st.text(max_size=60))
def test_no_text_at_all_is_obeyed(text: str) -> None:
    assert not obeyed(escape(text))


@given(st.lists(st.text(max_size=10) | st.sampled_from(["/restart", " /greet", "\u200b"]), max_size=5))
def test_bubbles_joined_by_newlines_are_not_obeyed(bubbles: list[str]) -> None:
    assert not obeyed(escape("\n".join(bubbles)))


@given(st.text(alphabet="退款abc123 ，。!?/", min_size=1).filter(lambda t: not t.strip().startswith("/")))
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert escape(text) == text.strip()


def test_people_still_read_the_slash() -> None:
    assert escape("/ask_refund_status") == "\u2215ask_refund_status"
    assert escape("2026/01/05 的订单") == "2026/01/05 的订单"


@pytest.mark.parametrize("text", ["", " ", "\u200b\u200d", "\n\t"])
def test_nothing_stays_nothing(text: str) -> None:
    assert escape(text) == ""
