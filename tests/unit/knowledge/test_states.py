"""The life of an article."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict, Invalid
from knowledge.states import MOVES, STATES, check_move, live_after


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_only_the_listed_moves_are_allowed(before, after):
    if after in MOVES[before]:
        check_move(before, after)
    else:
        with pytest.raises(Conflict):
            check_move(before, after)


def test_a_state_that_does_not_exist_is_refused():
    with pytest.raises(Invalid):
        check_move("draft", "gone")


def test_what_nobody_took_up_is_never_published_as_it_is():
    assert "published" not in MOVES["proposed"] | MOVES["dismissed"]


@given(st.sampled_from(STATES), st.integers(1, 9), st.none() | st.integers(1, 9))
def test_readers_see_nothing_of_what_is_put_away_and_the_old_words_while_new_ones_wait(after, latest, live):
    seen = live_after(after, latest, live)
    if after in ("proposed", "archived", "dismissed"):
        assert seen is None
    elif after == "published":
        assert seen == latest
    else:
        assert seen == live
