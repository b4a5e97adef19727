"""A circuit breaker: after some failures in a while the bot is left alone for a while."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from core.clock import Clock


class Breaker:
    """Opens after failures within window; lets one probe through after pause."""

    def __init__(
        self,
        clock: Clock,
        *,
        failures: int = 5,
        window: timedelta = timedelta(seconds=30),
        pause: timedelta = timedelta(seconds=10),
    ) -> None:
        self.clock = clock
        self.limit, self.window, self.pause = failures, window, pause
        self._failed: deque[datetime] = deque()
        self._probe_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """True when a call should not even be tried.  Asking while the pause is over grants one probe."""
        if self._probe_at is None:
            return False
        now = self.clock.now()
        if now < self._probe_at:
            return True
        self._probe_at = now + self.pause
        return False

    def succeeded(self) -> None:
        self._failed.clear()
        self._probe_at = None

    def failed(self) -> None:
        now = self.clock.now()
        self._failed.append(now)
        while self._failed and self._failed[0] < now - self.window:
            self._failed.popleft()
        if len(self._failed) >= self.limit:
            self._probe_at = now + self.pause
