"""Identifiers, back-off, hints: small parts that everything rests on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sender import backoff
from core.clock import stamp
from core.errors import Invalid
from core.hints import LocalHints
from core.ids import new_id, parse_id

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def test_ids_are_of_version_seven_and_never_the_same() -> None:
    made = [new_id() for _ in range(2000)]
    assert len(set(made)) == 2000
    assert {(u.version, u.variant) for u in made} == {(7, "specified in RFC 4122")}


def test_ids_of_different_milliseconds_sort_by_time() -> None:
    early, late = new_id(), UUID(int=new_id().int + (1 << 80))
    assert early < late


@given(st.none() | st.integers() | st.text(max_size=50))
def test_what_is_no_id_is_a_named_fault(raw: object) -> None:
    try:
        UUID(str(raw))
    except ValueError:
        with pytest.raises(Invalid) as refused:
            parse_id(raw, "content.blob_id")
        assert refused.value.field == "content.blob_id"


@given(st.integers(1, 200))
def test_back_off_doubles_up_to_five_minutes_with_full_jitter(attempts: int) -> None:
    longest = timedelta(seconds=min(2.0 ** (attempts - 1), 300.0))
    assert NOW <= backoff(NOW, attempts) <= NOW + longest


def test_back_off_differs_from_one_to_the_next() -> None:
    assert len({backoff(NOW, 8) for _ in range(20)}) > 1


def test_times_are_written_in_utc_with_milliseconds() -> None:
    east = datetime(2026, 1, 5, 10, 0, 0, 123456, tzinfo=UTC) + timedelta(0)
    assert stamp(east) == "2026-01-05T10:00:00.123Z"
    assert stamp(None) is None


async def test_a_hint_between_two_waits_is_not_lost() -> None:
    hints = LocalHints()
    with hints.watch("queue", "work") as watch:
        hints.notify("queue")
        hints.notify("elsewhere")
        assert await watch.wait(0) == {"queue"}
        assert await watch.wait(0) == set()
        waiting = asyncio.create_task(watch.wait(30))
        await asyncio.sleep(0)
        hints.notify("work")
        assert await waiting == {"work"}
    hints.notify("work")  # nobody watches any more: no effect, no error
