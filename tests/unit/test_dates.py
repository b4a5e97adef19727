"""Days as visitors name them, on a Thursday."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.dates import resolve

THURSDAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("周五下午", "2026-11-27"),
        ("周五上午", "2026-11-27"),
        ("这周五下午", "2026-11-27"),
        ("周四上午", "2026-11-26"),
        ("周三下午", "2026-12-02"),
        ("下周三上午", "2026-12-02"),
        ("下周三下午", "2026-12-02"),
        ("下个星期三下午", "2026-12-02"),
        ("下下周一上午", "2026-12-07"),
        ("上周三上午", "2026-11-18"),
        ("上上周三下午", "2026-11-11"),
        ("礼拜天下午", "2026-11-29"),
        ("11月27日下午", "2026-11-27"),
        ("28号上午", "2026-11-28"),
        ("明天上午", "2026-11-27"),
        ("friday afternoon", "2026-11-27"),
        ("on Friday morning", "2026-11-27"),
        ("next Wednesday afternoon", "2026-12-02"),
        ("tomorrow morning", "2026-11-27"),
        ("Dec 2 morning", "2026-12-02"),
    ],
)
def test_a_part_of_the_day_leaves_the_day_alone(text, day):
    assert resolve(text, THURSDAY) == date.fromisoformat(day)


_WEEKDAYS_ZH = [
    week + between + word + day
    for week in ("", "这", "本", "下", "下下", "上", "上上")
    for between in ("", "个")
    for word in ("周", "星期", "礼拜")
    for day in "一二三四五六日天"
    if week or not between
]
_DAYS_ZH = [
    "今天",
    "明天",
    "后天",
    "大后天",
    "昨天",
    "前天",
    "十一月二十七日",
    "3月5日",
    "8号",
    "2026年12月1日",
]
_DAYS_EN = [
    week + day
    for week in ("", "this ", "next ", "last ", "on ")
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
] + ["today", "tomorrow", "the day after tomorrow", "Jan 8", "3rd of March", "2026-12-01"]
_ZH = st.tuples(st.sampled_from(_WEEKDAYS_ZH + _DAYS_ZH), st.sampled_from(["上午", "下午", "晚上"]))
_EN = st.tuples(st.sampled_from(_DAYS_EN), st.sampled_from([" morning", " afternoon"]))


@given(base=st.dates(date(2024, 1, 1), date(2030, 12, 31)), said=_ZH | _EN)
def test_adding_a_part_of_the_day_never_changes_the_date(base, said):
    day, part = said
    assert resolve(day, base) is not None
    assert resolve(day + part, base) == resolve(day, base)
