"""Kill -9 of everything there is, at random moments while people write (docs/delivery.md)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys

import pytest

from tests.support import instance as instances
from tests.support.instance import Instance
from tests.support.script import Crowd, faults_of, staffed, write

pytestmark = [pytest.mark.faults]

VICTIMS = ("service", "rasa", "actions", "postgres")


def seed() -> int:
    chosen = int(os.environ.get("KETING_TEST_SEED", random.randrange(10**6)))
    print(f"KETING_TEST_SEED={chosen}")
    return chosen


async def killing(
    instance: Instance, victims: tuple[str, ...], dice: random.Random, every_s: float, most: int
) -> None:
    """SIGKILL one of the victims now and then, most times: more would only meet the back-off."""
    for _ in range(most):
        await asyncio.sleep(dice.uniform(0.5, 1.5) * every_s)
        victim = dice.choice(victims)
        hit = await asyncio.to_thread(instance.kill, victim)
        print(f"kill -9 {victim}: {'hit' if hit else 'nobody there'}", flush=True)


async def play(
    instance: Instance,
    victims: tuple[str, ...],
    dice: random.Random,
    *,
    messages: int,
    every_s: float,
    most: int,
) -> Crowd:
    crowd = Crowd()
    agents = [(name, instance.add_agent(name)) for name in ("mei", "tom", "lin")]
    async with staffed(instance.url, agents):
        killer = asyncio.create_task(killing(instance, victims, dice, every_s, most))
        writing = asyncio.create_task(write(instance.url, crowd, visitors=25, messages=messages, dice=dice))
        # The killing stops when the last message is sent: then everything has to come to rest.
        while not writing.done() and sum(map(len, crowd.sent)) < 25 * messages:
            await asyncio.sleep(0.2)
        killer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await killer
        await writing
    return crowd


@pytest.mark.rasa
@pytest.mark.timeout(900)
async def test_nothing_acknowledged_is_lost_when_any_process_is_killed_at_any_moment():
    dice = random.Random(seed())
    with instances.running(with_bot=True) as instance:
        crowd = await play(instance, VICTIMS, dice, messages=20, every_s=5, most=12)
    assert sum(map(len, crowd.sent)) == 500
    assert faults_of(crowd) == []


@pytest.mark.timeout(600)
async def test_the_same_check_fails_for_a_service_that_acknowledges_before_it_commits():
    dice = random.Random(seed())
    broken = (sys.executable, "-m", "tests.fixtures.broken_instance")
    with instances.running(command=broken) as instance:
        crowd = await play(instance, ("service",), dice, messages=10, every_s=4, most=3)
    assert any("lost" in fault for fault in faults_of(crowd))
