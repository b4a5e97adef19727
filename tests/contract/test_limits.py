"""Both rate limiters keep one contract: in this process, and in Redis for all processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.errors import TooMany, Unavailable
from core.limits import Limiter, LocalLimiter, Rate, enforce
from core.redis_limits import RedisLimiter

SLOW = Rate("slow", burst=3, per_s=0.001)
FAST = Rate("fast", burst=2, per_s=200.0)


@pytest.fixture(params=["local", pytest.param("redis", marks=pytest.mark.redis)])
async def limiter(request) -> AsyncIterator[Limiter]:
    made: Limiter
    if request.param == "local":
        made = LocalLimiter()
    else:
        made = RedisLimiter.at(request.getfixturevalue("redis_url"))
    yield made
    await made.close()


async def test_a_burst_passes_and_no_more(limiter):
    verdicts = [await limiter.take("a", SLOW) for _ in range(5)]
    assert [v.allowed for v in verdicts] == [True] * 3 + [False] * 2
    assert verdicts[0].retry_after_s == 0
    assert 0 < verdicts[-1].retry_after_s <= 1000


async def test_keys_and_limits_do_not_share_a_bucket(limiter):
    for _ in range(3):
        await limiter.take("a", SLOW)
    assert (await limiter.take("b", SLOW)).allowed
    assert (await limiter.take("a", FAST)).allowed
    assert not (await limiter.take("a", SLOW)).allowed


async def test_tokens_come_back_with_time(limiter):
    async def until_allowed() -> None:
        while not (await limiter.take("a", FAST)).allowed:
            await asyncio.sleep(0)

    for _ in range(2):
        await limiter.take("a", FAST)
    async with asyncio.timeout(5):
        await until_allowed()


async def test_what_costs_more_takes_more_and_a_refusal_takes_nothing(limiter):
    assert (await limiter.take("a", SLOW, 2)).allowed
    assert not (await limiter.take("a", SLOW, 2)).allowed
    assert (await limiter.take("a", SLOW, 1)).allowed


async def test_fifty_at_once_get_no_more_than_the_burst(limiter):
    verdicts = await asyncio.gather(*(limiter.take("a", SLOW) for _ in range(50)))
    assert sum(v.allowed for v in verdicts) == 3


async def test_enforce_says_when_to_come_back(limiter):
    for _ in range(3):
        await enforce(limiter, "a", SLOW)
    with pytest.raises(TooMany) as refused:
        await enforce(limiter, "a", SLOW, code="too_many_attempts")
    assert refused.value.code == "too_many_attempts"
    assert refused.value.retry_after_s is not None and refused.value.retry_after_s > 0


def test_the_local_one_uses_the_clock_it_is_given():
    now = 0.0
    limiter = LocalLimiter(lambda: now)
    rate = Rate("r", burst=1, per_s=0.5)

    async def scenario() -> list[bool]:
        nonlocal now
        found = []
        for at in (0.0, 1.9, 2.0, 1.0, 4.0):  # a clock that jumps back refills nothing
            now = at
            found.append((await limiter.take("a", rate)).allowed)
        return found

    assert asyncio.run(scenario()) == [True, False, True, False, True]


async def test_the_local_one_forgets_the_least_recently_used():
    limiter = LocalLimiter(most_keys=10)
    for n in range(1000):
        await limiter.take(str(n), SLOW)
    assert len(limiter._buckets) == 10


async def test_when_redis_is_away_visitors_pass_and_log_ins_do_not(tmp_path):
    limiter = RedisLimiter.at(f"unix://{tmp_path}/nothing.sock")
    await enforce(limiter, "a", SLOW)
    with pytest.raises(Unavailable):
        await enforce(limiter, "a", SLOW, without_limiter="closed")
    await limiter.close()
