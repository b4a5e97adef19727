"""Days as people name them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

_DAYS = {
    "今天": 0,
    "今晚": 0,
    "today": 0,
    "tonight": 0,
    "明天": 1,
    "明早": 1,
    "明晚": 1,
    "tomorrow": 1,
    "后天": 2,
    "the day after tomorrow": 2,
    "大后天": 3,
    "昨天": -1,
    "yesterday": -1,
    "前天": -2,
    "the day before yesterday": -2,
    "大前天": -3,
}
_WEEKDAYS_ZH = "一二三四五六日"
#: The week is said right before the day; 上 and 下 of 上午 and 下午, which come after it, say nothing of it.
_WEEKDAY_ZH = re.compile(r"((?:这|本|下+|上+)?)个?(?:周|星期|礼拜)([一二三四五六日天])")
_WEEKDAYS_EN = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS_EN = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMERALS = {c: i for i, c in enumerate("零一二三四五六七八九十")}


def today(now: str | None, zone_hours: int = 8) -> date:
    """The shop's day at `now` (ISO 8601, UTC), or the present one."""
    moment = datetime.fromisoformat(now.replace("Z", "+00:00")) if now else datetime.now(timezone.utc)
    return moment.astimezone(timezone(timedelta(hours=zone_hours))).date()


def resolve(text: str, base: date) -> date | None:
    """The day that text means on base, None where it names none exactly ("next month").

    A day of the month or a month and day without a year is the next such day, as it is about an appointment.
    """
    text = " ".join(text.lower().split())
    named = next((n for w, n in sorted(_DAYS.items(), key=lambda i: -len(i[0])) if text.startswith(w)), None)
    if named is not None:
        return base + timedelta(days=named)
    return _written(text, base) or _weekday(text, base)


def _written(text: str, base: date) -> date | None:
    if match := re.search(r"(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})", text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := re.search(r"([\d一二三四五六七八九十]{1,3})月([\d一二三四五六七八九十]{1,3})", text):
        return _next(base, _number(match[1]), _number(match[2]))
    if match := re.search(
        r"([a-z]{3})[a-z]*\.? (\d{1,2})|(\d{1,2})(?:st|nd|rd|th)? (?:of )?([a-z]{3})", text
    ):
        name, day = (match[1], match[2]) if match[1] else (match[4], match[3])
        return _next(base, _MONTHS_EN.index(name) + 1, int(day)) if name in _MONTHS_EN else None
    if match := re.match(r"(\d{1,2})号", text):
        this = _day(base.year, base.month, int(match[1]))
        following = base.replace(day=28) + timedelta(days=4)
        return this if this and this >= base else _day(following.year, following.month, int(match[1]))
    return None


def _weekday(text: str, base: date) -> date | None:
    """This week's or next week's day; without either, the next such day."""
    if match := _WEEKDAY_ZH.search(text):
        wanted = _WEEKDAYS_ZH.index(match[2].replace("天", "日"))
        weeks = match[1].count("下") - match[1].count("上")
        exact = bool(match[1])
    elif match := re.search("|".join(_WEEKDAYS_EN), text):
        wanted = _WEEKDAYS_EN.index(match[0])
        weeks = text.startswith("next") - text.startswith("last")
        exact = bool(weeks)
    else:
        return None
    found = base - timedelta(days=base.weekday()) + timedelta(days=wanted, weeks=weeks)
    return found if exact or found >= base else found + timedelta(weeks=1)


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return _NUMERALS[text[-1]]
    return _NUMERALS.get(tens, 1) * 10 + _NUMERALS.get(ones, 0)


def _next(base: date, month: int, day: int) -> date | None:
    """In this year, or in the next if that was more than half a year ago."""
    this = _day(base.year, month, day)
    if this and base - this > timedelta(days=180):
        return _day(base.year + 1, month, day)
    return this


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
