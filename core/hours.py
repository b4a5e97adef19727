"""Opening hours: which moments are open, in the time zone of the business.  Pure.

A range that ends at or before its start goes on past midnight and belongs to the day it starts on; so an
exception replaces what starts on its date, not what still runs from the evening before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from core.bilingual import Bilingual
from core.errors import Invalid

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = {
    "mon": Bilingual("周一", "Mon"),
    "tue": Bilingual("周二", "Tue"),
    "wed": Bilingual("周三", "Wed"),
    "thu": Bilingual("周四", "Thu"),
    "fri": Bilingual("周五", "Fri"),
    "sat": Bilingual("周六", "Sat"),
    "sun": Bilingual("周日", "Sun"),
}
#: Minutes of a day; "24:00" ends one.
_DAY = 24 * 60
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")

Range = tuple[str, str]
ALWAYS: tuple[Range, ...] = (("00:00", "24:00"),)


class SpecialDay(msgspec.Struct, frozen=True, kw_only=True):
    """One date that differs; no ranges: closed."""

    date: str  # YYYY-MM-DD
    ranges: tuple[Range, ...] = ()
    name: str = ""


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """When people are there.  days: ranges ["09:00", "18:00"] by weekday, mon to sun."""

    time_zone: str = "Asia/Shanghai"
    days: Mapping[str, tuple[Range, ...]] = msgspec.field(
        default_factory=lambda: dict.fromkeys(WEEKDAYS, ALWAYS)
    )
    exceptions: tuple[SpecialDay, ...] = ()


def is_open(hours: Hours, at: datetime) -> bool:
    """Whether a moment (aware) lies in a range: the start counts, the end does not."""
    local = at.astimezone(ZoneInfo(hours.time_zone))
    minute, today = local.hour * 60 + local.minute, local.date()
    for start, end in _minutes(ranges_of(hours, today)):
        if start <= minute < end:
            return True
    return any(minute < end - _DAY for _, end in _minutes(ranges_of(hours, today - timedelta(days=1))))


def ranges_of(hours: Hours, day: date) -> tuple[Range, ...]:
    """The ranges that start on a date."""
    for exception in hours.exceptions:
        if exception.date == day.isoformat():
            return exception.ranges
    return hours.days.get(WEEKDAYS[day.weekday()], ())


def local_day(time_zone: str, at: datetime) -> date:
    """The date of a moment where the business is."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def check(hours: Hours) -> None:
    """Raise Invalid for a zone, day, date or range that does not hold."""
    if hours.time_zone not in available_timezones():
        raise Invalid("bad_time_zone", field="time_zone")
    for day, ranges in hours.days.items():
        if day not in WEEKDAYS:
            raise Invalid("bad_choice", field="days")
        _check_ranges(ranges, f"days.{day}")
    if len(hours.exceptions) > 366:
        raise Invalid("too_long", field="exceptions")
    dates: set[str] = set()
    for place, exception in enumerate(hours.exceptions):
        where = f"exceptions[{place}]"
        if len(exception.name) > 60:
            raise Invalid("too_long", field=f"{where}.name")
        if not _is_date(exception.date) or exception.date in dates:
            raise Invalid("bad_date", field=f"{where}.date")
        dates.add(exception.date)
        _check_ranges(exception.ranges, f"{where}.ranges")


def describe(hours: Hours) -> Bilingual:
    """The week in words, equal days in a row together: 周一至周五 09:00-18:00；周六 …"""
    groups: list[tuple[str, str, tuple[Range, ...]]] = []
    for day in WEEKDAYS:
        ranges = hours.days.get(day, ())
        if groups and groups[-1][2] == ranges:
            groups[-1] = (groups[-1][0], day, ranges)
        else:
            groups.append((day, day, ranges))
    return Bilingual(
        "；".join(_words(group, 0) for group in groups), "; ".join(_words(group, 1) for group in groups)
    )


def _words(group: tuple[str, str, tuple[Range, ...]], n: int) -> str:
    first, last, ranges = group
    days = _NAMES[first][n] if first == last else f"{_NAMES[first][n]}{('至', '–')[n]}{_NAMES[last][n]}"
    if (first, last) == ("mon", "sun"):
        days = ("每天", "every day")[n]
    if ranges == ALWAYS:
        return (f"{days}全天", f"{days} around the clock")[n]
    spans = ("、", ", ")[n].join(f"{start}-{end}" for start, end in ranges)
    return f"{days} {spans or ('休息', 'closed')[n]}"


def _minutes(ranges: tuple[Range, ...]) -> list[tuple[int, int]]:
    """Starts and ends in minutes of the starting day; an end past midnight is above one day."""
    spans = []
    for first, last in ranges:
        start, end = _minute(first), _minute(last)
        spans.append((start, end if end > start else end + _DAY))
    return spans


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _check_ranges(ranges: tuple[Range, ...], field: str) -> None:
    if len(ranges) > 6:
        raise Invalid("bad_range", field=field)
    for start, end in ranges:
        if not _CLOCK.fullmatch(start) or not _CLOCK.fullmatch(end) or start == "24:00" or start == end:
            raise Invalid("bad_range", field=field)
    spans = sorted(_minutes(ranges))
    if any(before[1] > after[0] for before, after in pairwise(spans)):
        raise Invalid("bad_range", field=field)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
