"""Rate limits by token bucket.

A bucket holds at most burst tokens and gains per_s of them each second; what is asked for takes one or more.
LocalLimiter counts within one process, RedisLimiter across all of them (core.redis_limits); both obey one
contract, tests/contract/test_limits.py.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from prometheus_client import Counter

from core.errors import TooMany, Unavailable

_UNCHECKED = Counter("keting_limits_unchecked_total", "Requests let through because the limiter was away")
_REFUSED = Counter("keting_limits_refused_total", "Requests refused by a rate limit", ["limit"])


@dataclass(frozen=True)
class Rate:
    """burst: how many at once; per_s: how many each second in the long run.  name is for the metric."""

    name: str
    burst: int
    per_s: float


class Verdict(NamedTuple):
    allowed: bool
    retry_after_s: float  # 0 when allowed


class Limiter(Protocol):
    async def take(self, key: str, rate: Rate, cost: float = 1) -> Verdict:
        """Take cost tokens from the bucket of (rate.name, key), or nothing.  Raises Unavailable."""

    async def close(self) -> None: ...


class LocalLimiter:
    """Buckets in this process.  The least recently used are forgotten first, which refills them."""

    def __init__(self, now: Callable[[], float] = time.monotonic, most_keys: int = 100_000) -> None:
        self._now = now
        self._most_keys = most_keys
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    async def take(self, key: str, rate: Rate, cost: float = 1) -> Verdict:
        now, name = self._now(), (rate.name, key)
        tokens, at = self._buckets.pop(name, (float(rate.burst), now))
        tokens = min(float(rate.burst), tokens + max(0.0, now - at) * rate.per_s)
        allowed = tokens >= cost
        self._buckets[name] = (tokens - cost if allowed else tokens, now)
        if len(self._buckets) > self._most_keys:
            self._buckets.popitem(last=False)
        return Verdict(allowed, 0.0 if allowed else (cost - tokens) / rate.per_s)

    async def close(self) -> None:
        return


async def enforce(
    limiter: Limiter,
    key: str,
    rate: Rate,
    *,
    cost: float = 1,
    code: str = "too_many",
    without_limiter: Literal["open", "closed"] = "open",
) -> None:
    """Raise TooMany when the bucket is empty.

    When the limiter itself is away: visitors pass and are counted (open), log-ins are refused with
    Unavailable (closed), because guessing passwords is worse than waiting.
    """
    try:
        verdict = await limiter.take(key, rate, cost)
    except Unavailable:
        if without_limiter == "closed":
            raise
        _UNCHECKED.inc()
        return
    if not verdict.allowed:
        _REFUSED.labels(rate.name).inc()
        raise TooMany(code, retry_after_s=verdict.retry_after_s)
