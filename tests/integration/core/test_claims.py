"""Fifty people want one conversation: one gets it, nobody gets more than fits, and losers leave no trace.

KETING_TEST_SCALE multiplies the 1 000 rounds that continuous integration plays.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core import schema as s
from core.errors import Forbidden, NotFound
from core.ids import new_id
from handoff import desk
from handoff.presence import LIVE_FOR
from handoff.schema import queue_entry, service
from tests.support.races import claim, race_on_all_cores
from tests.support.world import World, opened

SCALE = float(os.environ.get("KETING_TEST_SCALE") or ("1" if os.environ.get("CI") else "0.02"))


async def check_traces(url: str, rounds: int) -> None:
    """One service, one start and one assignment per round: those who lost left nothing."""
    async with opened(url) as world:
        services = Counter(row.conversation_id for row in await world.rows(service))
        assert len(services) == rounds and set(services.values()) == {1}
        assert len(await world.events(type="service.started")) == rounds
        kinds = Counter(row.kind for row in await world.rows(s.stream_event))
        assert kinds == {"assigned": rounds, "message": rounds}
        assert {row.state for row in await world.rows(queue_entry)} == {"assigned"}


@pytest.mark.timeout(600)
async def test_of_fifty_simultaneous_claims_one_wins(recycled_database: str) -> None:
    rounds = int(1000 * SCALE)
    race_on_all_cores(recycled_database, rounds)
    await check_traces(recycled_database, rounds)


@pytest.mark.long
async def test_of_fifty_simultaneous_claims_one_wins_ten_thousand_times(recycled_database: str) -> None:
    race_on_all_cores(recycled_database, 10_000)
    await check_traces(recycled_database, 10_000)


@pytest.mark.parametrize("how", ["auto", "accept"])
async def test_nobody_is_ever_above_capacity(recycled_database: str, how: str) -> None:
    async with opened(recycled_database, pool_size=20) as world:
        agents = [await world.agent(capacity=capacity) for capacity in (0, 1, 3, 7)]
        waiting = [await world.waiting(f"v{n}") for n in range(50)]
        wanted = [claim(world, conversation, agent, how) for conversation in waiting for agent in agents]
        outcomes = Counter(await asyncio.gather(*wanted))
        assert outcomes["won"] == 11  # and every place is used
        c = s.conversation.c
        async with world.db.begin() as tx:
            query = sa.select(c.agent_id, sa.func.count()).where(c.state == "agent").group_by(c.agent_id)
            assert dict(tuple(row) for row in await tx.all(query)) == dict(
                zip(agents[1:], (1, 3, 7), strict=True)
            )


async def test_a_claim_that_finds_no_room_leaves_no_trace(world: World) -> None:
    agent_id = await world.agent(capacity=1)
    first, second = await world.waiting("a"), await world.waiting("b")
    assert await claim(world, first, agent_id) == "won"
    before = await world.everything()
    assert await claim(world, second, agent_id) == "no_capacity"
    assert await claim(world, first, agent_id) == "already_yours"
    assert await world.everything() == before


async def test_a_claim_reserves_tells_and_logs_in_one(world: World) -> None:
    agent_id = await world.agent()
    conversation_id = await world.waiting("a")
    world.clock.move(timedelta(seconds=42))
    async with world.db.begin() as tx:
        await tx.run(s.agent.update().values(live_at=tx.now))
    assert await claim(world, conversation_id, agent_id) == "won"
    assert (await world.told(conversation_id))[-1] == "agent_joined"
    assert [e.kind for e in await world.stream(agent_id)] == ["assigned", "message"]
    [entry] = await world.entries(conversation_id)
    assert (entry.state, entry.agent_id) == ("assigned", agent_id)
    [started] = await world.events(conversation_id, "service.started")
    assert started.data["waited_s"] == 42


async def test_routing_gives_nothing_to_who_is_away_dead_disabled_or_does_not_serve(world: World) -> None:
    conversation_id = await world.waiting("a")
    away = await world.agent(availability="away")
    dead = await world.agent(live=False)
    staff, disabled = await world.agent(role="staff"), await world.agent()
    async with world.db.begin() as tx:
        await tx.run(s.agent.update().where(s.agent.c.id == disabled).values(disabled_at=tx.now))
    before = await world.everything()
    assert await claim(world, conversation_id, away) == "not_available"
    assert await claim(world, conversation_id, dead) == "not_available"
    for nobody in (staff, disabled):
        with pytest.raises(Forbidden):
            await claim(world, conversation_id, nobody)
    with pytest.raises(NotFound):
        await claim(world, conversation_id, new_id())
    with pytest.raises(NotFound):
        await claim(world, new_id(), away)
    assert await world.everything() == before


async def test_who_accepts_by_hand_counts_as_there(world: World) -> None:
    """The socket may be reconnecting: the conversation must not be taken back at once."""
    conversation_id = await world.waiting("a")
    agent_id = await world.agent(availability="away", live=False)
    await desk.accept(world.db, conversation_id, agent_id)
    [agent] = await world.rows(s.agent)
    assert agent.live_at > world.clock.now() - LIVE_FOR


async def test_a_takeover_takes_from_a_colleague_and_may_exceed_the_capacity(world: World) -> None:
    agent_id, boss = await world.agent(), await world.agent(role="supervisor", capacity=0)
    conversation_id = await world.waiting("a")
    await desk.accept(world.db, conversation_id, agent_id)
    row = await desk.takeover(world.db, conversation_id, boss)
    assert (row.state, row.agent_id) == ("agent", boss)
    assert [e.kind for e in await world.stream(agent_id)][-1] == "unassigned"
    ended, running = await world.services(conversation_id)
    assert (ended.agent_id, ended.end_reason) == (agent_id, "takeover")
    assert (running.agent_id, running.ended_at) == (boss, None)


async def test_a_closed_conversation_cannot_be_claimed(world: World) -> None:
    agent_id = await world.agent()
    conversation_id = await world.waiting("a")
    await desk.close(world.db, conversation_id, actor="visitor", reason="visitor")
    before = await world.everything()
    for how in ("auto", "accept", "takeover", "transfer"):
        assert await claim(world, conversation_id, agent_id, how) == "closed"
    assert await world.everything() == before
