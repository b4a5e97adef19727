"""What every implementation of hints keeps, within a process and between two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core.hints import Hints, LocalHints
from core.redis_hints import RedisHints

pytestmark = [pytest.mark.redis]

#: Far beyond what a hint needs: only a hint that never comes waits this long.
PATIENCE_S = 10.0


@asynccontextmanager
async def two_ends(kind: str, url: str) -> AsyncIterator[tuple[Hints, Hints]]:
    """The giving and the receiving end; two processes would each have one."""
    if kind == "local":
        hints = LocalHints()
        yield hints, hints
        return
    left, right = RedisHints(url), RedisHints(url)
    for end in (left, right):
        end.bus.start()
        await end.bus.is_up.wait()
    try:
        yield left, right
    finally:
        await left.close()
        await right.close()


@pytest.fixture(params=["local", "redis"])
async def ends(request: Any, redis_url: str) -> AsyncIterator[tuple[Hints, Hints]]:
    async with two_ends(request.param, redis_url) as pair:
        yield pair


async def test_a_hint_wakes_who_watches_its_topic(ends):
    giver, taker = ends
    with taker.watch("visitor:1", "queue") as watch:
        giver.notify("visitor:1")
        assert await watch.wait(PATIENCE_S) == {"visitor:1"}


async def test_hints_on_other_topics_wake_nobody(ends):
    giver, taker = ends
    with taker.watch("visitor:1") as watch:
        giver.notify("visitor:2")
        giver.notify("visitor:1")
        assert await watch.wait(PATIENCE_S) == {"visitor:1"}


async def test_hints_given_before_waiting_are_not_missed(ends):
    giver, taker = ends
    with taker.watch("a", "b") as first, taker.watch("b") as second:
        giver.notify("a")
        giver.notify("b")
        assert await second.wait(PATIENCE_S) == {"b"}
        news: set[str] = set()
        while news != {"a", "b"}:
            news |= await first.wait(PATIENCE_S)


async def test_waiting_ends_without_a_hint(ends):
    _, taker = ends
    with taker.watch("quiet") as watch:
        assert await watch.wait(0.01) == set()


async def test_who_stopped_watching_is_not_kept(ends):
    giver, taker = ends
    with taker.watch("a") as gone:
        pass
    with taker.watch("a") as watch:
        giver.notify("a")
        assert await watch.wait(PATIENCE_S) == {"a"}
    assert await gone.wait(0) == set()


async def test_a_hint_is_heard_at_home_while_redis_is_away(tmp_path):
    hints = RedisHints(f"unix://{tmp_path}/nobody.sock")
    with hints.watch("a") as watch:
        hints.notify("a")
        assert await watch.wait(PATIENCE_S) == {"a"}
    await hints.close()


@pytest.mark.faults
async def test_every_watcher_looks_again_when_redis_is_back():
    from tests.fixtures.mortal_redis import mortal_redis

    with mortal_redis() as server:
        async with two_ends("redis", server.url) as (giver, taker):
            assert isinstance(giver, RedisHints) and isinstance(taker, RedisHints)
            with taker.watch("visitor:1", "visitor:2") as watch:
                server.kill()
                while taker.bus.is_up.is_set():
                    await asyncio.sleep(0)
                giver.notify("visitor:1")
                server.start()
                seen: set[str] = set()
                async with asyncio.timeout(PATIENCE_S):
                    while seen != {"visitor:1", "visitor:2"}:
                        seen |= await watch.wait(PATIENCE_S)
                giver.notify("visitor:2")
                assert "visitor:2" in await watch.wait(PATIENCE_S)


@pytest.mark.faults
@pytest.mark.timeout(60)
async def test_closing_ends_at_whatever_moment_it_comes(redis_url):
    # The client may lose a cancellation that comes while it connects or as its answer arrives.
    for moments in range(120):
        hints = RedisHints(redis_url)
        hints.notify("visitor:1")
        for _ in range(moments):
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE_S):
            await hints.close()
