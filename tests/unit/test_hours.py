"""Opening hours across midnight, exceptions and zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.hours import ALWAYS, WEEKDAYS, Hours, SpecialDay, check, describe, is_open, local_day

SHANGHAI, NEW_YORK = "Asia/Shanghai", "America/New_York"
WORKDAYS = {day: (("09:00", "18:00"),) for day in WEEKDAYS[:5]}


def at(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-01-05 08:59", False),
        ("2026-01-05 09:00", True),
        ("2026-01-05 17:59", True),
        ("2026-01-05 18:00", False),
        ("2026-01-10 12:00", False),  # a Saturday
    ],
)
def test_the_start_counts_and_the_end_does_not(moment, expected):
    assert is_open(Hours(days=WORKDAYS), at(SHANGHAI, moment)) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-01-05 23:30", True),
        ("2026-01-06 01:59", True),
        ("2026-01-06 02:00", False),
        ("2026-01-05 01:00", False),
    ],
)
def test_a_range_past_midnight_belongs_to_the_day_it_starts_on(moment, expected):
    assert is_open(Hours(days={"mon": (("22:00", "02:00"),)}), at(SHANGHAI, moment)) is expected


def test_an_exception_replaces_what_starts_on_its_date_only():
    hours = Hours(
        days={"mon": (("22:00", "02:00"),), "tue": (("09:00", "18:00"),)},
        exceptions=(SpecialDay(date="2026-01-06", ranges=(("12:00", "13:00"),), name="盘点"),),
    )
    assert is_open(hours, at(SHANGHAI, "2026-01-06 01:00"))  # still Monday's
    assert not is_open(hours, at(SHANGHAI, "2026-01-06 10:00"))
    assert is_open(hours, at(SHANGHAI, "2026-01-06 12:30"))


def test_the_zone_of_the_business_decides_not_that_of_the_moment():
    hours = Hours(time_zone=NEW_YORK, days=WORKDAYS)
    assert is_open(hours, at(SHANGHAI, "2026-01-05 22:30"))  # 09:30 on Monday in New York
    assert not is_open(hours, at(SHANGHAI, "2026-01-05 10:00"))


def test_wall_clock_hours_hold_on_both_sides_of_summer_time():
    hours = Hours(time_zone=NEW_YORK, days=WORKDAYS)
    assert is_open(hours, datetime(2026, 3, 6, 14, 30, tzinfo=UTC))  # before: 09:30
    assert is_open(hours, datetime(2026, 3, 9, 13, 30, tzinfo=UTC))  # after: 09:30
    assert not is_open(hours, datetime(2026, 3, 6, 13, 30, tzinfo=UTC))


moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
zones = st.sampled_from([SHANGHAI, NEW_YORK, "UTC", "Asia/Kathmandu", "Australia/Lord_Howe"])
minutes = st.integers(0, 24 * 60 - 1)


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@given(moments, zones)
def test_always_is_always_and_never_is_never(moment, zone):
    assert is_open(Hours(time_zone=zone), moment)
    assert not is_open(Hours(time_zone=zone, days={}), moment)


@given(moments, zones, minutes, minutes)
def test_a_range_and_its_complement_share_no_moment_and_leave_none_out(moment, zone, first, last):
    if first == last:
        return
    there, back = (clock(first), clock(last)), (clock(last), clock(first))
    opened = is_open(Hours(time_zone=zone, days=dict.fromkeys(WEEKDAYS, (there,))), moment)
    closed = is_open(Hours(time_zone=zone, days=dict.fromkeys(WEEKDAYS, (back,))), moment)
    assert opened is not closed


@given(moments, zones)
def test_a_closed_date_is_closed_from_its_first_to_its_last_minute(moment, zone):
    day = local_day(zone, moment)
    hours = Hours(time_zone=zone, exceptions=(SpecialDay(date=day.isoformat()),))
    assert not is_open(hours, moment)
    following = day + timedelta(days=1)
    noon = datetime(following.year, following.month, following.day, 12, tzinfo=ZoneInfo(zone))
    assert is_open(hours, noon)


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        (Hours(time_zone="Mars/Olympus"), "time_zone"),
        (Hours(time_zone="../etc/passwd"), "time_zone"),
        (Hours(days={"someday": ALWAYS}), "days"),
        (Hours(days={"mon": (("9:00", "18:00"),)}), "days.mon"),
        (Hours(days={"mon": (("09:00", "09:00"),)}), "days.mon"),
        (Hours(days={"mon": (("09:00", "25:00"),)}), "days.mon"),
        (Hours(days={"mon": (("24:00", "01:00"),)}), "days.mon"),
        (Hours(days={"mon": (("09:00", "12:00"), ("11:00", "13:00"))}), "days.mon"),
        (Hours(days={"mon": (("22:00", "02:00"), ("23:00", "23:30"))}), "days.mon"),
        (Hours(exceptions=(SpecialDay(date="2026-02-30"),)), "exceptions[0].date"),
        (
            Hours(exceptions=(SpecialDay(date="2026-01-01"), SpecialDay(date="2026-01-01"))),
            "exceptions[1].date",
        ),
        (Hours(exceptions=(SpecialDay(date="2026-01-01", ranges=(("1", "2"),)),)), "exceptions[0].ranges"),
    ],
)
def test_hours_that_make_no_sense_are_refused_with_the_field(hours, field):
    with pytest.raises(Invalid) as refused:
        check(hours)
    assert refused.value.field == field


def test_the_week_in_words_puts_equal_days_together():
    hours = Hours(days={**WORKDAYS, "sat": (("10:00", "12:00"), ("14:00", "16:00"))})
    assert describe(hours).zh == "周一至周五 09:00-18:00；周六 10:00-12:00、14:00-16:00；周日 休息"
    assert describe(hours).en == "Mon–Fri 09:00-18:00; Sat 10:00-12:00, 14:00-16:00; Sun closed"
    assert describe(Hours()).en == "every day around the clock"
    assert describe(Hours()).zh == "每天全天"


def test_the_day_of_a_moment_is_that_of_the_business():
    assert local_day(SHANGHAI, datetime(2026, 1, 1, 16, 30, tzinfo=UTC)) == date(2026, 1, 2)
