"""Many claims of one conversation at once, round after round, in as many processes as there are cores."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from uuid import UUID

import uvloop

from core.errors import Conflict
from handoff import claims
from tests.support.world import World, opened

CLAIMERS = 50
#: More would only queue up for the one visitor's lock; fewer would take turns in Python instead of there.
POOL = 10


async def claim(world: World, conversation_id: UUID, agent_id: UUID, how: str = "auto") -> str:
    """The outcome in a word."""
    try:
        await world.db.retrying(lambda tx: claims.claim(tx, conversation_id, agent_id, how=how))
    except Conflict as err:
        return err.code
    return "won"


async def race(world: World, rounds: int, name: str = "v") -> None:
    """Each round: one waiting conversation, CLAIMERS agents at once, exactly one of them gets it."""
    agents = [await world.agent(capacity=10 * rounds) for _ in range(CLAIMERS)]
    for number in range(rounds):
        conversation_id = await world.waiting(f"{name}{number}")
        outcomes = await asyncio.gather(*(claim(world, conversation_id, agent) for agent in agents))
        assert Counter(outcomes) == {"won": 1, "taken": CLAIMERS - 1}, f"round {number}"
        assert (await world.conversation(conversation_id)).agent_id == agents[outcomes.index("won")]


def race_on_all_cores(url: str, rounds: int) -> None:
    count = min(os.cpu_count() or 1, 4) if rounds >= 200 else 1
    shares = [len(range(part, rounds, count)) for part in range(count)]
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_play, [url] * count, shares, [f"p{part}-" for part in range(count)]))


def _play(url: str, rounds: int, name: str) -> None:
    async def play() -> None:
        async with opened(url, pool_size=POOL, names=name) as world:
            await race(world, rounds, name)

    uvloop.run(play())
