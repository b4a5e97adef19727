"""Ten thousand random and hostile messages through the whole turn: door, service, model, actions and back.

A visitor's messages are those of one seed (tests/support/hostile.py).  A fault is told with it; that visitor
alone comes again with KETING_TEST_SEED=<seed> KETING_TEST_VISITORS=1.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count, islice

import httpx
import pytest

from tests.support import instance as instances
from tests.support.aftermath import Memory, faults_of_bot, faults_of_numbers
from tests.support.hostile import drawn
from tests.support.instance import Instance, service_log
from tests.support.people import Agent, client
from tests.support.siege import Besieger

pytestmark = [pytest.mark.faults, pytest.mark.rasa]

#: How many visitors write at once: a long message keeps the model busy for half a second, all others waiting.
ABREAST = 6
#: Messages of one visitor, more or less: what is drawn from one seed.
EACH = 9
#: Growth of a process in MB from a quarter of the messages to the end, per 1 000 messages between: caches
#: fill (words that spaCy has met, statements, conversations); more would be a leak.
MOST_GROWTH_MB: dict[str, float] = {"service": 8, "rasa": 8, "actions": 2}
#: Growth that needs no reason, in MB: allocators keep what a large message took.  Measured: 10 to 20.
SLACK_MB = 40
ENDED = ("意外退出", "ended unexpectedly")


async def besiege(instance: Instance, seeds: list[int]) -> list[Besieger]:
    """Everybody's messages, ABREAST visitors at a time; how much memory there is after a quarter is noted."""
    gate, done = asyncio.Semaphore(ABREAST), []

    async def one(http: httpx.AsyncClient, seed: int) -> None:
        async with gate:
            visitor = await Besieger.enter(http, instance.url, language=("zh", "en")[seed % 2])
            await visitor.play(drawn(seed), seed)
            done.append(visitor)

    async with client(instance.url, timeout=60, limits=httpx.Limits(max_connections=100)) as http:
        await asyncio.gather(*(one(http, seed) for seed in seeds))
    return done


@asynccontextmanager
async def on_duty(instance: Instance) -> AsyncIterator[None]:
    """One person, who takes conversations and never answers."""
    admin = await Agent.enter(instance.url, "admin", instance.admin_password())
    staying = asyncio.create_task(admin.stay())
    try:
        await admin.go("online")
        yield
    finally:
        staying.cancel()
        await asyncio.gather(staying, return_exceptions=True)
        await admin.http.aclose()


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param(1000, marks=pytest.mark.timeout(600)),
        pytest.param(10_000, marks=[pytest.mark.long, pytest.mark.timeout(3600)]),
    ],
)
async def test_no_message_breaks_anything_commands_anything_or_is_left_without_an_answer(messages):
    scale = float(os.environ.get("KETING_TEST_SCALE") or 1)
    visitors = int(os.environ.get("KETING_TEST_VISITORS") or messages * scale / EACH)
    first = int(os.environ.get("KETING_TEST_SEED") or random.randrange(10**9))
    seeds = list(islice(count(first), visitors))
    print(f"KETING_TEST_SEED={first} KETING_TEST_VISITORS={visitors}")
    quarter, half = visitors // 4, visitors // 4 * 3
    with instances.running(with_bot=True) as instance:
        played = await besiege(instance, seeds[:quarter])
        early = Memory.of(instance)
        played += await besiege(instance, seeds[quarter:half])
        async with on_duty(instance):  # who is handed over now, waits for a person
            played += await besiege(instance, seeds[half:])
        late = Memory.of(instance)
        faults = [fault for visitor in played for fault in visitor.faults]
        faults += await faults_of_bot(instance)
        faults += await faults_of_numbers(instance)
        log = service_log(instance)
        said = instance.text()
    sent = Counter(kind for visitor in played for kind in visitor.sent)
    print(dict(sent), f"{sum(sent.values())} sent, {sum(len(v.refused) for v in played)} refused")
    print("slowest answers:", sorted((s for v in played for s in v.slowest), reverse=True)[:5])
    print(f"memory in MB: {early.mb} -> {late.mb}")
    faults += [f"service log: {row}" for row in log if row.get("level") in ("error", "critical")]
    faults += [line for line in said.splitlines() if any(words in line for words in ENDED)]
    faults += late.faults_since(early, between=sum(sent.values()) * 0.75, most=MOST_GROWTH_MB, slack=SLACK_MB)
    assert faults == [], "\n".join(faults[:20])
