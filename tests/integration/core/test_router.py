"""Waiting visitors and free agents find each other, whatever comes and goes meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from core import schema as s
from core.db import Database, Row
from core.errors import KetingError
from core.messages import Text
from handoff import desk, guests, queue
from handoff.presence import LIVE_FOR, beat, set_availability
from handoff.router import Router
from tests.support.world import World, opened

#: The promise: no ready agent with room while somebody waits for longer than this.
LONGEST = timedelta(seconds=1)


async def agents_of(world: World, *conversations: UUID) -> list[UUID | None]:
    return [(await world.conversation(c)).agent_id for c in conversations]


# -- assignment ----------------------------------------------------------------------------------------------


async def test_who_waits_gets_whoever_has_room_in_the_order_of_the_line(world: World) -> None:
    waiting = []
    for n in range(5):
        waiting.append(await world.waiting(f"v{n}"))
        world.clock.move(timedelta(seconds=1))
    agent_id = await world.agent(capacity=3)
    assert await Router(world.db).once() == 3
    assert await agents_of(world, *waiting) == [agent_id] * 3 + [None] * 2
    await desk.close(world.db, waiting[0], actor="agent", by=agent_id)
    assert await Router(world.db).once() == 1
    assert (await agents_of(world, waiting[3])) == [agent_id]


async def test_round_robin_takes_turns_over_many_arrivals(world: World) -> None:
    group_id = await world.group("fair", strategy="round_robin", familiar_first=False)
    for _ in range(3):
        await world.agent(capacity=50, groups=[group_id])
    router, given_to = Router(world.db), Counter[UUID | None]()
    for n in range(10):
        world.clock.move(timedelta(seconds=1))
        conversation_id = await world.waiting(f"v{n}", group_id=group_id)
        await router.once()
        given_to.update(await agents_of(world, conversation_id))
    assert None not in given_to and max(given_to.values()) - min(given_to.values()) <= 1


async def test_a_visitor_comes_back_to_the_familiar_agent(world: World) -> None:
    familiar, _ = await world.agent(), await world.agent()
    first = await world.waiting("v")
    await desk.accept(world.db, first, familiar)
    await desk.close(world.db, first, actor="agent", by=familiar)
    world.clock.move(timedelta(seconds=30))  # by the strategy the other would be next
    second = await world.waiting("v")
    await Router(world.db).once()
    assert await agents_of(world, second) == [familiar]


async def test_a_long_line_for_a_full_group_does_not_hide_who_waits_for_another(world: World) -> None:
    full, free = await world.group("full"), await world.group("free")
    await world.agent(capacity=0, groups=[full])
    agent_id = await world.agent(capacity=1, groups=[free])
    for n in range(6):
        await world.waiting(f"full{n}", group_id=full, reason="angry")
    conversation_id = await world.waiting("free", group_id=free)
    assert await Router(world.db).once() == 1
    assert await agents_of(world, conversation_id) == [agent_id]


async def test_a_transfer_to_a_group_does_not_come_straight_back(world: World) -> None:
    group_id = await world.group("after-sales")
    former = await world.agent(capacity=3, groups=[group_id])
    colleague = await world.agent(capacity=1, groups=[group_id])
    first = await world.waiting("first")
    await desk.accept(world.db, first, former)
    busy = await world.waiting("busy")
    await desk.accept(world.db, busy, colleague)
    await desk.transfer(world.db, first, by=former, to_group=group_id)
    assert await Router(world.db).once() == 0  # the group is there and busy: it waits for the group
    await desk.close(world.db, busy, actor="agent", by=colleague)
    assert await Router(world.db).once() == 1
    assert await agents_of(world, first) == [colleague]


async def test_who_came_by_himself_goes_before_what_would_only_go_back(world: World) -> None:
    group_id = await world.group("after-sales")
    former = await world.agent(capacity=2, groups=[group_id])
    passed = [await world.waiting(f"passed{n}") for n in range(2)]
    for conversation_id in passed:
        await desk.accept(world.db, conversation_id, former)
    others = [await world.waiting(f"other{n}", group_id=group_id) for n in range(2)]
    for conversation_id in passed:
        await desk.transfer(world.db, conversation_id, by=former, to_group=group_id)
    await Router(world.db).once()
    assert await agents_of(world, *passed, *others) == [None, None, former, former]


async def test_two_routers_on_one_database_assign_everything_once(recycled_database: str) -> None:
    async with opened(recycled_database) as world, opened(recycled_database) as second:
        agents = [await world.agent(capacity=3) for _ in range(4)]
        waiting = [await world.waiting(f"v{n}") for n in range(16)]
        routers = [Router(world.db), Router(second.db), Router(world.db)]
        assigned = await asyncio.gather(*(router.once() for router in routers))
        while sum(assigned) < 12:  # whoever lost every race of a pass looks again at the next sweep
            assigned.append(await routers[0].once())
            assert assigned[-1]
        owners = Counter(await agents_of(world, *waiting))
        assert owners.pop(None) == 4
        assert owners == dict.fromkeys(agents, 3)
        assert len(await world.events(type="service.started")) == 12


# -- agents who are lost -------------------------------------------------------------------------------------


async def lose(world: World, agent_id: UUID, *others: UUID) -> None:
    """A minute without a sign of life of this agent; the others beat on."""
    world.clock.move(LIVE_FOR + timedelta(seconds=1))
    for other in others:
        await beat(world.db, other)


async def test_after_a_minute_of_silence_a_conversation_goes_to_the_head_of_the_line(world: World) -> None:
    lost = await world.agent()
    conversation_id = await world.waiting("v")
    await Router(world.db).once()
    watcher = await world.agent(capacity=0)
    await world.waiting("was here before", reason="angry")
    await lose(world, lost, watcher)
    await Router(world.db).once()
    assert await world.state(conversation_id) == "waiting"
    async with world.db.begin() as tx:
        assert await queue.place(tx, conversation_id) == 1
    assert (await world.told(conversation_id))[-1] == "requeued"
    moved = (await world.stream(lost))[-1]
    assert (moved.kind, moved.data) == (
        "unassigned",
        {"conversation_id": str(conversation_id), "why": "agent_lost"},
    )
    [service] = await world.services(conversation_id)
    assert service.end_reason == "agent_lost"


async def test_who_comes_back_in_time_keeps_everything(world: World) -> None:
    agent_id = await world.agent()
    conversation_id = await world.waiting("v")
    await Router(world.db).once()
    world.clock.move(LIVE_FOR - timedelta(seconds=1))
    await beat(world.db, agent_id)
    world.clock.move(timedelta(seconds=30))
    before = await world.everything()
    await Router(world.db).once()
    assert await world.everything() == before
    assert await world.state(conversation_id) == "agent"


async def test_what_a_colleague_took_over_stays_moved_when_the_lost_agent_returns(world: World) -> None:
    lost, other = await world.agent(), await world.agent(availability="away")
    conversation_id = await world.waiting("v")
    await Router(world.db).once()
    await set_availability(world.db, other, "online")
    await lose(world, lost, other)
    await Router(world.db).once()
    assert await agents_of(world, conversation_id) == [other]
    await beat(world.db, lost)
    await Router(world.db).once()
    assert await agents_of(world, conversation_id) == [other]
    assert [e.kind for e in await world.stream(lost)][-1] == "unassigned"


async def test_a_lost_agent_who_returns_alone_gets_the_visitor_back(world: World) -> None:
    """Asked last, but asked: better the same person again than nobody."""
    agent_id = await world.agent()
    conversation_id = await world.waiting("v")
    await Router(world.db).once()
    await lose(world, agent_id)
    await Router(world.db).once()
    assert (await world.told(conversation_id))[-2:] == ["requeued", "nobody_on_duty"]
    await beat(world.db, agent_id)
    await Router(world.db).once()
    assert await agents_of(world, conversation_id) == [agent_id]


async def test_a_disabled_agent_loses_everything_at_once(world: World) -> None:
    disabled, other = await world.agent(), await world.agent(capacity=0)
    conversation_id = await world.waiting("v")
    await Router(world.db).once()
    async with world.db.begin() as tx:
        await tx.run(s.agent.update().where(s.agent.c.id == disabled).values(disabled_at=tx.now))
        await tx.run(s.agent.update().where(s.agent.c.id == other).values(capacity=1))
    await Router(world.db).once()
    assert await agents_of(world, conversation_id) == [other]


# -- nobody there --------------------------------------------------------------------------------------------


async def test_who_waits_when_the_last_agent_goes_is_told_once(world: World) -> None:
    agent_id = await world.agent(capacity=0)
    conversation_id = await world.waiting("v")
    router = Router(world.db)
    await router.once()
    for availability in ("away", "online", "offline"):
        await set_availability(world.db, agent_id, availability)
        await router.once()
        await router.once()
    assert await world.told(conversation_id) == ["waiting", "nobody_on_duty"]
    async with world.db.begin() as tx:
        assert await queue.place(tx, conversation_id) == 1  # and keeps the place


# -- the promise ---------------------------------------------------------------------------------------------


class Play:
    """Random arrivals, departures, closes, transfers and changes of availability on a clock that we move.

    The router runs when it is hinted at; its sweep is slow, so that a change that forgets its hint shows.
    """

    def __init__(self, world: World, chance: random.Random) -> None:
        self.world, self.chance = world, chance
        self.router, self.sweep_at = Router(world.db), world.clock.now()
        self.agents: list[UUID] = []
        self.people = 0

    async def step(self, watch: Any) -> None:
        self.world.clock.move(timedelta(milliseconds=self.chance.randint(1, 400)))
        act = self.chance.choices(
            [self.arrive, self.close, self.change, self.transfer, self.give_up], [5, 4, 3, 1, 1]
        )[0]
        try:
            await act()
        except KetingError:
            pass  # the state was not one for this
        for agent_id in self.agents:
            await beat(self.world.db, agent_id)
        now = self.world.clock.now()
        if await watch.wait(0) or now >= self.sweep_at:
            await self.router.once()
            self.sweep_at = now + 5 * LONGEST

    async def arrive(self) -> None:
        self.people += 1
        await self.world.waiting(f"p{self.people}")

    async def some(self, state: str) -> Row | None:
        async with self.world.db.begin() as tx:
            rows = await tx.all(sa.select(s.conversation).where(s.conversation.c.state == state))
        return self.chance.choice(rows) if rows else None

    async def close(self) -> None:
        row = await self.some("agent")
        if row is not None:
            await desk.close(self.world.db, row.id, actor="agent", by=row.agent_id)

    async def transfer(self) -> None:
        row = await self.some("agent")
        if row is not None:
            target = self.chance.choice(self.agents)
            await desk.transfer(self.world.db, row.id, by=row.agent_id, to_agent=target)

    async def give_up(self) -> None:
        row = await self.some("waiting")
        if row is not None:
            await guests.cancel_wait(self.world.db, row.visitor_id)

    async def change(self) -> None:
        value = self.chance.choice(["online", "online", "away", "offline"])
        await set_availability(self.world.db, self.chance.choice(self.agents), value)


def longest_idle(events: Sequence[Any], capacities: dict[UUID, int]) -> timedelta:
    """From the events alone: the longest stretch with a ready agent who has room and somebody who waits."""
    ready = dict.fromkeys(capacities, False)
    waiting: set[UUID] = set()
    serves: dict[UUID, UUID] = {}
    began: datetime | None = None
    longest = timedelta()
    for event in events:
        if began is not None:
            longest = max(longest, event.at - began)
        if event.type == "agent.availability_changed":
            ready[event.agent_id] = event.data["after"] == "online"
        elif event.type == "conversation.moved":
            waiting.discard(event.conversation_id)
            serves.pop(event.conversation_id, None)
            if event.data["after"] == "waiting":
                waiting.add(event.conversation_id)
            elif event.data["after"] == "agent":
                serves[event.conversation_id] = UUID(event.data["owner"])
        busy = Counter(serves.values())
        idle = any(ready[a] and busy[a] < capacity for a, capacity in capacities.items())
        began = (began or event.at) if waiting and idle else None
    return longest


@pytest.mark.parametrize("seed", range(2))
async def test_no_ready_agent_has_room_while_somebody_waits_for_more_than_a_second(
    world: World, seed: int
) -> None:
    play = Play(world, random.Random(seed))
    capacities = {}
    for capacity in (1, 2, 3):
        agent_id = await world.agent(capacity=capacity, availability="offline")
        play.agents.append(agent_id)
        capacities[agent_id] = capacity
    with world.db.hints.watch("queue", "presence") as watch:
        for _ in range(70):
            await play.step(watch)
    events = await world.events()
    assert longest_idle(events, capacities) <= LONGEST
    assert len(await world.events(type="service.started")) > 5
    by_time = Counter(e.type for e in events)
    assert by_time["agent.availability_changed"] > 3


async def test_the_promise_is_kept_by_hints_and_the_check_sees_when_they_are_lost(world: World) -> None:
    """The same check on a world whose router only sweeps each five seconds must fail."""
    play = Play(world, random.Random(1))
    agent_id = await world.agent(capacity=2, availability="offline")
    play.agents.append(agent_id)
    with world.db.hints.watch("nothing") as watch:
        for n in range(45):
            if n % 15 == 14:
                await play.router.once()
            play.sweep_at = world.clock.now() + timedelta(days=1)
            await play.step(watch)
    assert longest_idle(await world.events(), {agent_id: 2}) > LONGEST


async def test_the_loop_runs_on_hints_and_stops_when_told(world: World) -> None:
    """The real loop: everything that happens is seen by it without waiting for a sweep."""
    agent_id = await world.agent()
    running = asyncio.create_task(Router(world.db).run())
    with world.db.hints.watch(f"agent:{agent_id}") as watch:
        conversation_id = await world.waiting("v")
        async with asyncio.timeout(30):
            while await world.state(conversation_id) != "agent":
                await watch.wait(1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert running.cancelled()


async def test_the_loop_survives_a_database_that_is_away(world: World) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing")
    running = asyncio.create_task(Router(nowhere).run())
    await asyncio.wait([running], timeout=0.2)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await nowhere.close()


async def test_a_reply_by_an_agent_whose_conversation_was_taken_back_is_refused(world: World) -> None:
    agent_id = await world.agent()
    conversation_id = await world.waiting("v")
    await Router(world.db).once()
    await lose(world, agent_id)
    await Router(world.db).once()
    before = await world.everything()
    with pytest.raises(KetingError) as refused:
        await desk.reply(world.db, conversation_id, agent_id, Text(text="still here"), client_id="1")
    assert refused.value.code == "not_owner"
    assert await world.everything() == before


async def test_whatever_may_need_or_free_an_agent_wakes_the_router(world: World) -> None:
    agent_id, colleague = await world.agent(availability="offline"), await world.agent()
    db = world.db
    with db.hints.watch("queue", "presence") as watch:
        conversation_id = await world.waiting("v")
        assert await watch.wait(0)  # somebody waits
        await set_availability(db, agent_id, "online")
        assert await watch.wait(0)  # somebody is there
        world.clock.move(LIVE_FOR + timedelta(seconds=1))
        await beat(db, agent_id)
        assert await watch.wait(0)  # somebody is back
        await beat(db, agent_id)
        assert not await watch.wait(0)  # a heartbeat is no news
        await desk.accept(db, conversation_id, colleague)
        await watch.wait(0)
        await desk.transfer(db, conversation_id, by=colleague, to_agent=agent_id)
        assert await watch.wait(0)  # room with the one
        await desk.return_to_bot(db, conversation_id, by=agent_id)
        assert await watch.wait(0)  # room again
        await desk.accept(db, conversation_id, agent_id)
        await watch.wait(0)
        await desk.close(db, conversation_id, actor="agent", by=agent_id)
        assert await watch.wait(0)
