"""What every implementation of signals keeps, within a process and between two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.redis_signals import RedisSignals
from core.signals import BACKLOG, LocalSignals, Signals

pytestmark = [pytest.mark.redis]
PATIENCE_S = 10.0


@pytest.fixture(params=["local", "redis"])
async def ends(request: Any, redis_url: str) -> AsyncIterator[tuple[Signals, Signals]]:
    if request.param == "local":
        signals = LocalSignals()
        yield signals, signals
        return
    left, right = RedisSignals(redis_url), RedisSignals(redis_url)
    for end in (left, right):
        end.bus.start()
        await end.bus.is_up.wait()
    yield left, right
    await left.close()
    await right.close()


async def heard(ear):
    return await asyncio.wait_for(ear.next(), PATIENCE_S)


async def test_a_signal_arrives_with_its_content_and_in_order(ends):
    giver, taker = ends
    with taker.listen("watch:1", "agent:2") as ear:
        giver.send("watch:1", {"type": "typing", "on": True, "name": "李娜"})
        giver.send("other", {"type": "typing"})
        giver.send("agent:2", {"type": "read", "seq": 7})
        assert await heard(ear) == ("watch:1", {"type": "typing", "on": True, "name": "李娜"})
        assert await heard(ear) == ("agent:2", {"type": "read", "seq": 7})


async def test_everybody_who_listens_hears_it(ends):
    giver, taker = ends
    with taker.listen("a") as first, taker.listen("a") as second:
        giver.send("a", {"n": 1})
        assert await heard(first) == await heard(second) == ("a", {"n": 1})


async def test_who_is_far_behind_hears_the_newest_only(ends):
    giver, taker = ends
    with taker.listen("a") as ear, taker.listen("a") as witness:
        for n in range(BACKLOG * 2):
            giver.send("a", {"n": n})
        while (await heard(witness))[1]["n"] < BACKLOG * 2 - 1:
            pass
        assert await heard(ear) == ("a", {"n": BACKLOG})


async def test_signals_are_heard_at_home_while_redis_is_away(tmp_path):
    signals = RedisSignals(f"unix://{tmp_path}/nobody.sock")
    with signals.listen("a") as ear:
        signals.send("a", {"n": 1})
        assert await heard(ear) == ("a", {"n": 1})
    await signals.close()


@pytest.mark.faults
async def test_signals_go_on_after_redis_was_away():
    from tests.fixtures.mortal_redis import mortal_redis

    with mortal_redis() as server:
        left, right = RedisSignals(server.url), RedisSignals(server.url)
        with right.listen("a") as ear:
            left.bus.start()
            await left.bus.is_up.wait()
            await right.bus.is_up.wait()
            server.kill()
            while right.bus.is_up.is_set():
                await asyncio.sleep(0)
            left.send("a", {"n": 0})  # lost: nobody carries it
            server.start()
            await asyncio.wait_for(right.bus.is_up.wait(), PATIENCE_S)
            for n in range(1, 1000):
                left.send("a", {"n": n})
                try:
                    _, data = await asyncio.wait_for(ear.next(), 0.05)
                    break
                except TimeoutError:
                    continue
            assert data["n"] > 0
        await left.close()
        await right.close()
