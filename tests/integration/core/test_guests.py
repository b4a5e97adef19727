"""What visitors do about people: ask for one, give up, rate."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from core import timeline
from core.db import Tx
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.messages import Text
from handoff import desk, guests, queue
from handoff.schema import queue_entry
from tests.support.world import World


async def ask(world: World, conversation_id: UUID) -> None:
    row = await world.conversation(conversation_id)
    await guests.request_human(world.db, row.visitor_id, channel=row.channel, identity_id=row.identity_id)


async def served(world: World, agent_id: UUID, sender: str = "v") -> tuple[UUID, UUID]:
    """(visitor, service) of an ended service with a reply."""
    conversation_id = await world.waiting(sender)
    await desk.accept(world.db, conversation_id, agent_id)
    await desk.reply(world.db, conversation_id, agent_id, Text(text="好"), client_id=str(new_id()))
    await desk.close(world.db, conversation_id, actor="agent", by=agent_id)
    [service] = await world.services(conversation_id)
    return service.visitor_id, service.id


async def test_asking_for_a_person_puts_one_in_line_once(world: World) -> None:
    await world.agent(capacity=0)
    conversation_id = (await world.say()).conversation_id
    await asyncio.gather(*(ask(world, conversation_id) for _ in range(4)))
    assert await world.state(conversation_id) == "waiting"
    assert await world.told(conversation_id) == ["waiting"]
    [entry] = await world.entries(conversation_id)
    assert (entry.reason, entry.priority) == ("asked", 0)


async def test_with_nobody_on_duty_the_visitor_is_told_and_stays_with_the_bot(world: World) -> None:
    for absent in ({"availability": "away"}, {"live": False}, {"role": "staff"}):
        await world.agent(**absent)
    conversation_id = (await world.say()).conversation_id
    await ask(world, conversation_id)
    assert await world.state(conversation_id) == "bot"
    assert await world.told(conversation_id) == ["nobody_on_duty"]
    assert await world.rows(queue_entry) == []


async def test_asking_opens_a_conversation_when_there_is_none(world: World) -> None:
    await world.agent(capacity=0)
    first = (await world.say()).conversation_id
    await desk.close(world.db, first, actor="visitor", reason="visitor")
    await ask(world, first)
    assert await world.state(first) == "closed"
    async with world.db.begin() as tx:
        [entry] = await queue.line(tx)
    assert (await world.conversation(entry.conversation_id)).previous_id == first


async def test_asking_while_served_changes_nothing(world: World) -> None:
    agent_id = await world.agent()
    conversation_id = await world.waiting("v")
    await desk.accept(world.db, conversation_id, agent_id)
    before = await world.everything()
    await ask(world, conversation_id)
    assert await world.everything() == before


async def test_giving_up_waiting_goes_back_to_the_bot_and_is_counted(world: World) -> None:
    conversation_id = await world.waiting("v")
    visitor_id = await world.visitor_of(conversation_id)
    world.clock.move(timedelta(seconds=90))
    await guests.cancel_wait(world.db, visitor_id)
    await guests.cancel_wait(world.db, visitor_id)
    row = await world.conversation(conversation_id)
    assert (row.state, row.bot["renew"]) == ("bot", True)
    [left] = await world.events(conversation_id, "queue.left")
    assert (left.data["how"], left.data["waited_s"]) == ("cancelled", 90)
    assert (await world.told(conversation_id)).count("returned_to_bot") == 1


async def test_giving_up_and_being_claimed_at_once_has_one_outcome(world: World) -> None:
    for n in range(5):
        agent_id = await world.agent()
        conversation_id = await world.waiting(f"v{n}")
        visitor_id = await world.visitor_of(conversation_id)
        await asyncio.gather(
            guests.cancel_wait(world.db, visitor_id),
            desk.accept(world.db, conversation_id, agent_id),
            return_exceptions=True,
        )
        row = await world.conversation(conversation_id)
        [entry] = await world.entries(conversation_id)
        assert (row.state, entry.state) in {
            ("agent", "assigned"),
            ("agent", "cancelled"),
            ("bot", "cancelled"),
        }


async def test_places_in_line_are_by_priority_then_by_time(world: World) -> None:
    reasons = ["asked", "angry", "asked", "agent_lost", "transfer"]
    ids = []
    for n, reason in enumerate(reasons):
        ids.append(await world.waiting(f"v{n}", reason=reason))
        world.clock.move(timedelta(seconds=1))
    async with world.db.begin() as tx:
        assert [await queue.place(tx, c) for c in ids] == [4, 3, 5, 1, 2]
        assert [row.reason for row in await queue.line(tx)] == [
            "agent_lost", "transfer", "angry", "asked", "asked",
        ]  # fmt: skip
        assert await queue.place(tx, new_id()) is None
        assert await queue.waiting(tx) == 5


async def test_a_range_of_minutes_is_given_only_when_there_is_something_to_go_by(world: World) -> None:
    agent_id = await world.agent(capacity=20)
    for n in range(7):
        async with world.db.begin() as tx:
            assert (await queue.wait_range(tx, 2) is None) == (n < 6)
        conversation_id = await world.waiting(f"v{n}")
        world.clock.move(timedelta(seconds=60))
        await desk.accept(world.db, conversation_id, agent_id)
    async with world.db.begin() as tx:
        assert await queue.wait_range(tx, 3) == (180, 180)


async def test_a_rating_is_given_once_and_may_be_changed_within_a_day(world: World) -> None:
    visitor_id, service_id = await served(world, await world.agent())
    await guests.rate(world.db, visitor_id, service_id, 2, "慢")
    await guests.rate(world.db, visitor_id, service_id, 5, None)
    [row] = [s for s in await world.services((await world.events(type="service.rated"))[0].conversation_id)]
    assert (row.score, row.comment) == (5, None)
    assert [(e.data["score"], e.data["again"]) for e in await world.events(type="service.rated")] == [
        (2, False),
        (5, True),
    ]
    assert (await world.told(row.conversation_id)).count("rated") == 1


async def test_a_rating_after_a_day_comes_too_late(world: World) -> None:
    visitor_id, service_id = await served(world, await world.agent())
    world.clock.move(guests.RATE_WITHIN + timedelta(seconds=1))
    before = await world.everything()
    with pytest.raises(Conflict):
        await guests.rate(world.db, visitor_id, service_id, 5, None)
    assert await world.everything() == before
    async with world.db.begin() as tx:
        assert await guests.rateable(tx, visitor_id) is None


async def test_nobody_rates_a_strangers_a_running_or_an_unknown_service(world: World) -> None:
    agent_id = await world.agent()
    visitor_id, service_id = await served(world, agent_id)
    stranger, _ = await served(world, agent_id, "stranger")
    running = await world.waiting("running")
    await desk.accept(world.db, running, agent_id)
    [service] = await world.services(running)
    before = await world.everything()
    for who, what, error in (
        (stranger, service_id, NotFound),
        (visitor_id, new_id(), NotFound),
        (service.visitor_id, service.id, Conflict),
    ):
        with pytest.raises(error):
            await guests.rate(world.db, who, what, 5, None)
    for score, comment in ((0, None), (6, None), (3, "x" * 1001), (3, "\x00")):
        with pytest.raises(Invalid):
            await guests.rate(world.db, visitor_id, service_id, score, comment)
    assert await world.everything() == before


async def test_a_service_in_which_nobody_said_anything_is_not_offered_for_rating(world: World) -> None:
    agent_id = await world.agent()
    conversation_id = await world.waiting("v")
    await desk.accept(world.db, conversation_id, agent_id)
    await desk.close(world.db, conversation_id, actor="agent", by=agent_id)
    async with world.db.begin() as tx:
        assert await guests.rateable(tx, await world.visitor_of(conversation_id)) is None


async def asked_about(world: World, conversation_id: UUID) -> UUID | None:
    """Whose service the visitor is asked about now."""
    async with world.db.begin() as tx:
        found = await guests.rateable(tx, await world.visitor_of(conversation_id))
    return found.agent_id if found is not None else None


async def answered(world: World, conversation_id: UUID, agent_id: UUID) -> None:
    await desk.reply(world.db, conversation_id, agent_id, Text(text="好"), client_id=str(new_id()))


async def test_a_service_that_somebody_else_went_on_with_is_not_asked_about(world: World) -> None:
    first, second, boss = await world.agent(), await world.agent(), await world.agent(role="supervisor")
    conversation_id = await world.waiting("v")
    await desk.accept(world.db, conversation_id, first)
    await answered(world, conversation_id, first)
    assert await asked_about(world, conversation_id) is None
    await desk.transfer(world.db, conversation_id, by=first, to_agent=second)
    assert await asked_about(world, conversation_id) is None
    await answered(world, conversation_id, second)
    await desk.takeover(world.db, conversation_id, boss)
    assert await asked_about(world, conversation_id) is None
    await answered(world, conversation_id, boss)
    await desk.close(world.db, conversation_id, actor="agent", by=boss)
    assert await asked_about(world, conversation_id) == boss


async def test_who_waits_again_for_a_lost_agent_is_not_asked_about_him(world: World) -> None:
    agent_id = await world.agent()
    conversation_id = await world.waiting("v")
    await desk.accept(world.db, conversation_id, agent_id)
    await answered(world, conversation_id, agent_id)

    async def lose(tx: Tx) -> None:
        before = await timeline.lock(tx, conversation_id)
        await desk.requeue(tx, before, "agent_lost", actor="system")

    await world.db.retrying(lose)
    assert await asked_about(world, conversation_id) is None
    await guests.cancel_wait(world.db, await world.visitor_of(conversation_id))
    assert await world.state(conversation_id) == "bot"
    assert await asked_about(world, conversation_id) is None


async def test_back_with_the_bot_one_is_asked_until_people_are_wanted_again(world: World) -> None:
    agent_id = await world.agent()
    conversation_id = await world.waiting("v")
    await desk.accept(world.db, conversation_id, agent_id)
    await answered(world, conversation_id, agent_id)
    await desk.return_to_bot(world.db, conversation_id, by=agent_id)
    assert await asked_about(world, conversation_id) == agent_id
    await ask(world, conversation_id)
    assert await world.state(conversation_id) == "waiting"
    assert await asked_about(world, conversation_id) is None


async def test_the_next_conversation_asks_no_more_about_the_last(world: World) -> None:
    agent_id = await world.agent()
    visitor_id, service_id = await served(world, agent_id)
    await guests.rate(world.db, visitor_id, service_id, 5, None)
    [rated] = await world.events(type="service.rated")
    conversation_id = rated.conversation_id
    assert await asked_about(world, conversation_id) == agent_id  # and may change the rating
    fresh = await world.say(sender="v")
    assert fresh.conversation_id != conversation_id
    assert await asked_about(world, fresh.conversation_id) is None
