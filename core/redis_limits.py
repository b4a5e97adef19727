"""Token buckets in Redis, one script a call, so that several processes share them."""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import Unavailable
from core.limits import Rate, Verdict

#: Redis's own clock is used: the processes' clocks may differ.  A bucket that would be full again is dropped.
_TAKE = """
local time = redis.call('time')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local burst, per_s, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('hmget', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(bucket[1]) or burst, tonumber(bucket[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * per_s)
local allowed = tokens >= cost
if allowed then tokens = tokens - cost end
redis.call('hset', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(now))
redis.call('pexpire', KEYS[1], math.ceil((burst - tokens) / per_s * 1000) + 1000)
return {allowed and 1 or 0, tostring((cost - tokens) / per_s)}
"""


class RedisLimiter:
    """Buckets shared by every process on this Redis.  prefix keeps installations apart."""

    def __init__(self, redis: Redis, prefix: str = "keting") -> None:
        self._redis = redis
        self._prefix = prefix
        self._take: Any = redis.register_script(_TAKE)

    @classmethod
    def at(cls, url: str, prefix: str = "keting") -> RedisLimiter:
        """A limiter that gives up quickly: a request waits for it."""
        return cls(Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5), prefix)

    async def take(self, key: str, rate: Rate, cost: float = 1) -> Verdict:
        name = f"{self._prefix}:limit:{rate.name}:{key}"
        try:
            allowed, wait = await self._take(keys=[name], args=[rate.burst, rate.per_s, cost])
        except (RedisError, OSError, TimeoutError) as err:
            raise Unavailable("unavailable", detail=f"redis: {type(err).__name__}") from err
        return Verdict(True, 0.0) if int(allowed) else Verdict(False, max(0.0, float(wait)))

    async def close(self) -> None:
        await self._redis.aclose()
