"""The circuit breaker on a clock that only we move."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import ManualClock
from dialogue.breaker import Breaker


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def breaker(clock: ManualClock) -> Breaker:
    return Breaker(clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.failed()


def after(clock: ManualClock, seconds: float) -> None:
    clock.move(timedelta(seconds=seconds))


def test_it_opens_at_the_fifth_failure_within_half_a_minute(breaker: Breaker) -> None:
    fail(breaker, 4)
    assert not breaker.is_open
    fail(breaker, 1)
    assert breaker.is_open


def test_failures_that_are_far_apart_do_not_open_it(breaker: Breaker, clock: ManualClock) -> None:
    for _ in range(20):
        fail(breaker, 1)
        after(clock, 7.6)
        assert not breaker.is_open


def test_a_success_in_between_starts_the_count_anew(breaker: Breaker) -> None:
    fail(breaker, 4)
    breaker.succeeded()
    fail(breaker, 4)
    assert not breaker.is_open


def test_after_the_pause_one_probe_is_let_through_and_no_second(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker, 5)
    after(clock, 9.9)
    assert breaker.is_open
    after(clock, 0.2)
    assert [breaker.is_open for _ in range(3)] == [False, True, True]


def test_a_probe_that_succeeds_closes_it(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker, 5)
    after(clock, 10)
    assert not breaker.is_open
    breaker.succeeded()
    assert [breaker.is_open for _ in range(3)] == [False] * 3


def test_a_probe_that_fails_keeps_it_open_for_another_pause(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker, 5)
    for _ in range(10):  # far beyond the window in which the first failures count
        after(clock, 10)
        assert not breaker.is_open
        fail(breaker, 1)
        assert breaker.is_open


def test_a_probe_whose_end_nobody_sees_does_not_block_the_next(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker, 5)
    after(clock, 10)
    assert not breaker.is_open
    after(clock, 10)
    assert not breaker.is_open
