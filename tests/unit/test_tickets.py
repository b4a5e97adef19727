"""Ticket numbers and states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict, Invalid
from tickets.numbers import normalise
from tickets.states import ACTIVE, MOVES, STATES, check_move, is_reopening, label


@pytest.mark.parametrize(
    "typed",
    [
        "T260101-0001",
        "t260101-0001",
        " T260101 - 0001 ",
        "Ｔ２６０１０１－０００１",
        "T260101—0001",
        "T260101–0001",
        "2601010001",
        "260101-0001",
        "T260101 0001",
        "t260101_0001",
        "T260101-0001\u3000",
    ],
)
def test_people_may_write_a_number_as_they_like(typed):
    assert normalise(typed) == "T260101-0001"


@pytest.mark.parametrize(
    "typed", ["", "T", "T26010-0001", "KT20260101001", "1234567", "T260101-1", "T260101-00011x"]
)
def test_what_is_no_number_is_none(typed):
    assert normalise(typed) is None


@given(st.text(max_size=30))
def test_a_number_once_read_reads_the_same_again(text):
    number = normalise(text)
    assert number is None or normalise(number) == number


@given(st.sampled_from(STATES), st.sampled_from(STATES))
def test_a_move_is_allowed_exactly_where_the_table_says_so(before, after):
    if after in MOVES[before]:
        check_move(before, after)
    else:
        with pytest.raises(Conflict):
            check_move(before, after)


def test_an_unknown_state_is_a_fault_of_the_field():
    with pytest.raises(Invalid) as refused:
        check_move("open", "done")
    assert refused.value.field == "state"


def test_every_state_can_be_left_and_reached():
    assert all(MOVES[state] for state in STATES)
    assert set().union(*MOVES.values()) == set(STATES)


def test_only_a_way_back_to_work_is_a_reopening():
    assert is_reopening("resolved", "open") and is_reopening("closed", "open")
    assert not is_reopening("resolved", "closed")
    assert not any(is_reopening(a, b) for a in ACTIVE for b in STATES)


def test_every_state_has_a_name_in_both_languages():
    assert all(label(state).zh and label(state).en for state in STATES)
