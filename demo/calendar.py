"""When people write: busy mornings and evenings, quiet nights, calmer weekends."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
#: How busy each hour of the day is, from midnight.
_HOURS = (3, 2, 1, 1, 1, 1, 2, 4, 8, 14, 18, 17, 12, 11, 15, 16, 15, 13, 11, 13, 16, 15, 10, 6)
_WEEKDAYS = (1.15, 1.05, 1.0, 1.1, 1.0, 0.8, 0.75)
#: A promotion: one day of the month with half as many again.
_BUSY_DAY = 8


def openings(rng: random.Random, count: int, days: int, now: datetime) -> list[datetime]:
    """count moments of the last days, ascending, the last at least two hours ago."""
    first = (now.astimezone(ZONE) - timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
    until = now - timedelta(hours=2)
    hours = [first + timedelta(hours=n) for n in range(days * 24)]
    hours = [hour for hour in hours if hour + timedelta(hours=1) < until]
    chosen = rng.choices(hours, [_weight(hour, first) for hour in hours], k=count)
    return sorted((hour + timedelta(seconds=rng.uniform(0, 3599))).astimezone(UTC) for hour in chosen)


def _weight(hour: datetime, first: datetime) -> float:
    day = (hour - first).days
    growth = 1 + day / 150
    promotion = 1.5 if day % 30 == _BUSY_DAY else 1.0
    return _HOURS[hour.hour] * _WEEKDAYS[hour.weekday()] * growth * promotion
