"""A circuit breaker: a system that is down is asked once in a while, not by every visitor."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from actions.base import Unavailable

log = logging.getLogger(__name__)

FAILURES = 3
REST_S = 15.0


class Breaker:
    """After `failures` in a row nothing passes for `rest_s`; then one call tries, and decides.

    Safe among threads.  clock: seconds, monotonic.  name: of the system, in the log.
    """

    def __init__(
        self,
        failures: int = FAILURES,
        rest_s: float = REST_S,
        clock: Callable[[], float] = time.monotonic,
        name: str = "gateway",
    ) -> None:
        self._most, self._rest_s, self._clock, self._name = failures, rest_s, clock, name
        self._failures, self._closed_until = 0, 0.0
        self._lock = threading.Lock()

    def enter(self) -> None:
        """Raises Unavailable while nothing may pass."""
        with self._lock:
            if self._failures < self._most:
                return
            now = self._clock()
            if now < self._closed_until:
                raise Unavailable(f"{self._name}: circuit open")
            self._closed_until = now + self._rest_s  # this call is the one that tries

    def succeeded(self) -> None:
        with self._lock:
            if self._failures >= self._most:
                log.info("%s.circuit_closed", self._name)
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._closed_until = self._clock() + self._rest_s
            if self._failures == self._most:
                log.warning("%s.circuit_opened rest_s=%s", self._name, self._rest_s)
