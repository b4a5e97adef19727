"""Who was at the desk when, and who had room: nobody ever has more conversations than the capacity allows."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from demo.calendar import ZONE
from demo.company import PEOPLE, Person
from demo.rows import Rows

#: How long a typical service takes: used to keep room for what is still to come.
_TYPICAL = timedelta(minutes=12)


@dataclass
class _Desk:
    person: Person
    busy: list[tuple[datetime, datetime]] = field(default_factory=list)

    def is_on_shift(self, at: datetime) -> bool:
        local = at.astimezone(ZONE)
        assert self.person.shift is not None
        first, last = self.person.shift
        return first <= local.hour < last and local.weekday() not in self.person.days_off

    def has_room(self, at: datetime) -> bool:
        now = sum(start < at + _TYPICAL and at < end for start, end in self.busy)
        return now < self.person.capacity

    def forget(self, before: datetime) -> None:
        self.busy = [span for span in self.busy if span[1] > before]


class Staff:
    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._desks = {p.username: _Desk(p) for p in PEOPLE if p.shift is not None}

    def is_on_duty(self, at: datetime) -> bool:
        """Somebody is there, and will be for the next half hour."""
        return any(
            d.is_on_shift(at) and d.is_on_shift(at + timedelta(minutes=30)) for d in self._desks.values()
        )

    def take(
        self, at: datetime, group: str | None, *, familiar: str | None = None, excluded: str | None = None
    ) -> tuple[str, datetime]:
        """Who takes a conversation that waits since at, and when."""
        when = at + timedelta(seconds=self._wait())
        for _ in range(60):
            there = [d for d in self._desks.values() if d.is_on_shift(when)]
            there = there or list(self._desks.values())
            members = [d for d in there if group in d.person.groups] or there
            able = [d for d in members if d.has_room(when)]
            able = [d for d in able if d.person.username != excluded] or able
            if able:
                chosen = next((d for d in able if d.person.username == familiar), None)
                return (chosen or self._rng.choice(able)).person.username, when
            when += timedelta(seconds=self._rng.uniform(15, 60))
        return members[0].person.username, when

    def serve(self, username: str, start: datetime, end: datetime) -> None:
        desk = self._desks[username]
        desk.forget(start - timedelta(hours=6))
        desk.busy.append((start, end))

    def _wait(self) -> float:
        """Mostly at once; now and then everybody is busy."""
        if self._rng.random() < 0.72:
            return self._rng.uniform(0.2, 0.9)
        return min(self._rng.expovariate(1 / 70) + 8, 420)

    def log_shifts(self, rows: Rows, ids: dict[str, UUID], first: datetime, now: datetime) -> None:
        """Coming and going, as the console would have logged it."""
        day = first.astimezone(ZONE).date()
        while day <= now.astimezone(ZONE).date():
            for desk in self._desks.values():
                if day.weekday() in desk.person.days_off:
                    continue
                for hour, before, after in zip(
                    desk.person.shift or (), ("offline", "online"), ("online", "offline"), strict=True
                ):
                    at = datetime.combine(day, time(hour), ZONE).astimezone(UTC)
                    at += timedelta(seconds=self._rng.uniform(-240, 240))
                    if first < at < now:
                        rows.event(
                            at,
                            "agent.availability_changed",
                            "agent",
                            agent_id=ids[desk.person.username],
                            before=before,
                            after=after,
                        )
            day += timedelta(days=1)
