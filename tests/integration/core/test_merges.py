"""Two visitors who are one person, and who are two again when that was a mistake."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from core import schema as s
from core import timeline, visitors
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.messages import Text
from handoff import desk, guests, merges, queue
from handoff.router import Router
from handoff.schema import service
from tests.support.world import World


async def merge(world: World, survivor: UUID, merged: UUID) -> UUID:
    return await world.db.retrying(lambda tx: merges.merge(tx, survivor, merged))


async def unmerge(world: World, merge_id: UUID) -> None:
    await world.db.retrying(lambda tx: merges.unmerge(tx, merge_id))


async def numbered(world: World, visitor_id: UUID) -> list[tuple[int, int | None, str]]:
    m = s.message.c
    async with world.db.begin() as tx:
        rows = await tx.all(
            sa.select(m.position, m.seq, m.content).where(m.visitor_id == visitor_id).order_by(m.position)
        )
    return [(row.position, row.seq, row.content.get("text", row.content["type"])) for row in rows]


async def two(world: World) -> tuple[UUID, UUID, UUID, UUID]:
    """(visitor, conversation) of one and of the other, each with three messages."""
    for n in range(3):
        one = await world.say(f"one {n}", sender="one")
        other = await world.say(f"other {n}", sender="other", channel="app")
        world.clock.move(timedelta(seconds=1))
    return (
        await world.visitor_of(one.conversation_id),
        one.conversation_id,
        await world.visitor_of(other.conversation_id),
        other.conversation_id,
    )


def without_bookkeeping(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: r for name, r in rows.items() if name not in ("event", "visitor_merge", "conversation")}


async def test_two_identities_of_one_visitor_share_one_timeline(world: World) -> None:
    one, _, other, _ = await two(world)
    await merge(world, one, other)
    again = await world.say("from the app", sender="other", channel="app")
    assert await world.visitor_of(again.conversation_id) == one
    everything = await numbered(world, one)
    assert [p for p, _, _ in everything] == [seq for _, seq, _ in everything] == list(range(1, 8))
    assert [words for _, _, words in everything] == [
        *(f"one {n}" for n in range(3)),
        *(f"other {n}" for n in range(3)),
        "from the app",
    ]
    assert len({i.id for i in await world.rows(s.identity) if i.visitor_id == one}) == 2
    async with world.db.begin() as tx:
        assert (await visitors.get(tx, other)).id == one == (await visitors.lock(tx, other)).id


async def test_of_two_open_conversations_one_stays_open(world: World) -> None:
    one, kept, other, closed = await two(world)
    await merge(world, one, other)
    assert (await world.state(kept), await world.state(closed)) == ("bot", "closed")
    [moved] = await world.events(closed, "conversation.moved")
    assert (moved.data["move"], moved.data["before"], moved.data["after"]) == ("merge", "bot", "closed")


@pytest.mark.parametrize("served", ["survivor", "merged"])
async def test_the_conversation_with_an_agent_stays_open(world: World, served: str) -> None:
    one, mine, other, theirs = await two(world)
    kept, closed = (mine, theirs) if served == "survivor" else (theirs, mine)
    await desk.accept(world.db, kept, await world.agent())
    await merge(world, one, other)
    assert (await world.state(kept), await world.state(closed)) == ("agent", "closed")


async def test_two_in_service_are_for_a_person_to_decide(world: World) -> None:
    one, mine, other, theirs = await two(world)
    for conversation_id in (mine, theirs):
        await desk.accept(world.db, conversation_id, await world.agent())
    before = await world.everything()
    with pytest.raises(Conflict) as refused:
        await merge(world, one, other)
    assert refused.value.code == "both_in_service"
    assert await world.everything() == before


async def test_parting_restores_both_as_they_were(world: World) -> None:
    one, mine, other, theirs = await two(world)
    before, conversations = without_bookkeeping(await world.everything()), await world.rows(s.conversation)
    await unmerge(world, await merge(world, one, other))
    after = without_bookkeeping(await world.everything())
    # Only the survivor's counters remember: a number that a client has seen is never used twice.
    old = {row[0]: row for row in before.pop("visitor")}
    for row in after.pop("visitor"):
        counters = {s.visitor.c.keys().index(name) for name in ("seq", "position")}
        assert all(row[n] == was for n, was in enumerate(old[row[0]]) if n not in counters)
        assert row[0] == one or row == old[row[0]]
    assert after == before
    assert {(c.id, c.visitor_id, c.state) for c in conversations} == {
        (c.id, c.visitor_id, c.state) for c in await world.rows(s.conversation)
    }
    assert await world.state(theirs) == "bot" == await world.state(mine)


async def test_what_an_identity_began_since_leaves_with_it_and_older_conversations_stay(world: World) -> None:
    one, mine, other, theirs = await two(world)
    merge_id = await merge(world, one, other)
    await world.say("in the survivor's own conversation", sender="other", channel="app")
    await desk.close(world.db, mine, actor="visitor", reason="visitor")
    world.clock.move(timedelta(minutes=1))
    since = await world.say("a new one", sender="other", channel="app")
    await unmerge(world, merge_id)
    assert await world.visitor_of(mine) == one
    assert await world.visitor_of(theirs) == other == await world.visitor_of(since.conversation_id)
    # The newer one is open, so what the merge had closed stays closed: one open conversation at most.
    assert (await world.state(theirs), await world.state(since.conversation_id)) == ("closed", "bot")
    numbers = await numbered(world, other)
    assert [seq for _, seq, _ in numbers] == list(range(1, len(numbers) + 1))


async def test_no_reply_goes_to_an_identity_that_has_left(world: World) -> None:
    one, mine, other, _ = await two(world)
    merge_id = await merge(world, one, other)
    await world.say("last word", sender="other", channel="app")
    assert (await world.conversation(mine)).channel == "app"
    await unmerge(world, merge_id)
    row = await world.conversation(mine)
    [own] = [i for i in await world.rows(s.identity) if i.visitor_id == one]
    assert (row.channel, row.identity_id) == ("web", own.id)


async def test_who_waited_leaves_the_line_with_a_merge_and_waits_again_after_parting(world: World) -> None:
    agent_id = await world.agent(capacity=1)
    busy = await world.waiting("busy")
    await desk.accept(world.db, busy, agent_id)
    other_conversation = await world.waiting("other", reason="angry")
    entered = (await world.entries(other_conversation))[0].rank_at
    one_conversation = (await world.say(sender="one")).conversation_id
    await desk.accept(world.db, one_conversation, await world.agent())
    one, other = await world.visitor_of(one_conversation), await world.visitor_of(other_conversation)
    merge_id = await merge(world, one, other)
    async with world.db.begin() as tx:
        assert await queue.waiting(tx) == 0 and await queue.line(tx) == []
    assert [e.data["how"] for e in await world.events(type="queue.left")] == ["closed"]
    world.clock.move(timedelta(seconds=30))
    await unmerge(world, merge_id)
    assert await world.state(other_conversation) == "waiting"
    async with world.db.begin() as tx:
        [entry] = await queue.line(tx)
    assert (entry.reason, entry.rank_at) == ("angry", entered)


async def test_a_merge_never_blocks_the_line_behind_it(world: World) -> None:
    """A waiting conversation that a merge closed must not be offered to the only free agent for ever."""
    first = await world.waiting("other")
    one = await world.say(sender="one")
    behind = await world.waiting("behind")
    await desk.accept(world.db, one.conversation_id, await world.agent())
    await merge(world, await world.visitor_of(one.conversation_id), await world.visitor_of(first))
    await world.agent(capacity=1)
    await Router(world.db).once()
    assert await world.state(behind) == "agent"


async def test_service_ratings_tickets_and_files_come_along_and_go_back(world: World) -> None:
    agent_id = await world.agent()
    one, _, other, theirs = await two(world)
    await desk.accept(world.db, theirs, agent_id)
    await desk.reply(world.db, theirs, agent_id, Text(text="好了"), client_id="1")
    await desk.close(world.db, theirs, actor="agent", by=agent_id)
    blob_id = new_id()
    async with world.db.begin() as tx:
        await tx.run(
            s.blob.insert().values(
                id=blob_id, name="x", mime="x", size=1, sha256="-", visitor_id=other, created_at=tx.now
            )
        )
    merge_id = await merge(world, one, other)
    [served] = await world.rows(service)
    await guests.rate(world.db, one, served.id, 5, None)
    async with world.db.begin() as tx:
        found = await guests.rateable(tx, one)
    assert found is not None and found.score == 5
    assert {b.visitor_id for b in await world.rows(s.blob)} == {one}
    await unmerge(world, merge_id)
    assert {b.visitor_id for b in await world.rows(s.blob)} == {other}
    assert {r.visitor_id for r in await world.rows(service)} == {other}


async def test_merging_is_refused_for_oneself_for_nobody_and_for_the_already_merged(world: World) -> None:
    one, _, other, _ = await two(world)
    merge_id = await merge(world, one, other)
    before = await world.everything()
    with pytest.raises(Conflict):
        await merge(world, one, one)
    with pytest.raises(Conflict):
        await merge(world, one, other)
    with pytest.raises(NotFound):
        await merge(world, one, new_id())
    assert await world.everything() == before
    await unmerge(world, merge_id)
    with pytest.raises(Conflict):
        await unmerge(world, merge_id)


async def test_a_client_that_still_holds_the_merged_visitors_id_acts_for_the_survivor(world: World) -> None:
    one, mine, other, _ = await two(world)
    [identity] = [i for i in await world.rows(s.identity) if i.visitor_id == other]
    await world.agent(capacity=0)
    await merge(world, one, other)
    await guests.request_human(world.db, other, channel="app", identity_id=identity.id)
    assert await world.state(mine) == "waiting"
    await guests.cancel_wait(world.db, other)
    assert await world.state(mine) == "bot"


async def test_a_lock_that_waited_for_a_merge_locks_the_survivor(world: World) -> None:
    one, _, other, theirs = await two(world)

    async def post() -> None:
        async with world.db.begin() as tx:
            row = await timeline.lock(tx, theirs)
            await timeline.post(tx, row, timeline.BOT, Text(text="late"))

    async with world.db.begin() as tx:
        await merges.merge(tx, one, other)
        racing = asyncio.create_task(post())
        await asyncio.wait([racing], timeout=0.05)
    await racing
    numbers = await numbered(world, one)
    assert numbers[-1] == (7, 7, "late")
