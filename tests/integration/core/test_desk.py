"""What agents do with conversations: each verb takes effect once, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from core import schema as s
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.messages import Event, Image, Text
from handoff import desk, queue
from handoff.presence import set_availability
from tests.support.world import World


async def in_service(world: World, agent_id: UUID, sender: str = "v") -> UUID:
    conversation_id = await world.waiting(sender)
    await desk.accept(world.db, conversation_id, agent_id)
    return conversation_id


async def say(world: World, conversation_id: UUID, agent_id: UUID, words: str = "您好", **how: Any) -> Any:
    return await desk.reply(
        world.db, conversation_id, agent_id, Text(text=words), **{"client_id": str(new_id()), **how}
    )


# -- replies -------------------------------------------------------------------------------------------------


async def test_a_reply_is_in_the_timeline_once_however_often_it_is_sent(world: World) -> None:
    agent_id = await world.agent()
    conversation_id = await in_service(world, agent_id)
    first = await say(world, conversation_id, agent_id, client_id="c1")
    before = await world.everything()
    again = await asyncio.gather(
        *(say(world, conversation_id, agent_id, "other words", client_id="c1") for _ in range(4))
    )
    assert {row.id for row in again} == {first.id}
    assert await world.everything() == before
    [service] = await world.services(conversation_id)
    assert service.first_reply_at == world.clock.now()


async def test_racing_copies_of_one_reply_leave_one(world: World) -> None:
    agent_id = await world.agent()
    conversation_id = await in_service(world, agent_id)
    rows = await asyncio.gather(*(say(world, conversation_id, agent_id, client_id="c1") for _ in range(6)))
    assert len({row.id for row in rows}) == 1
    assert [author for author, _ in await world.words(conversation_id)].count("agent") == 1


async def test_a_reply_whose_answer_was_lost_is_found_even_after_the_conversation_moved_on(
    world: World,
) -> None:
    agent_id = await world.agent()
    conversation_id = await in_service(world, agent_id)
    first = await say(world, conversation_id, agent_id, client_id="c1")
    await desk.close(world.db, conversation_id, actor="agent", by=agent_id)
    assert (await say(world, conversation_id, agent_id, client_id="c1")).id == first.id


async def test_who_has_not_seen_a_colleagues_words_is_behind(world: World) -> None:
    agent_id, boss = await world.agent(), await world.agent(role="supervisor")
    conversation_id = await in_service(world, agent_id)
    seen = (await say(world, conversation_id, agent_id)).position
    await desk.takeover(world.db, conversation_id, boss)
    newest = (await say(world, conversation_id, boss)).position
    await desk.transfer(world.db, conversation_id, by=boss, to_agent=agent_id)
    before = await world.everything()
    with pytest.raises(Conflict) as refused:
        await say(world, conversation_id, agent_id, seen=seen)
    assert refused.value.code == "behind"
    assert await world.everything() == before
    await say(world, conversation_id, agent_id, seen=newest)


async def test_a_visitors_new_message_does_not_put_an_agent_behind(world: World) -> None:
    agent_id = await world.agent()
    conversation_id = await in_service(world, agent_id)
    seen = (await say(world, conversation_id, agent_id)).position
    await world.say("还有", sender="v")
    await say(world, conversation_id, agent_id, seen=seen)


@pytest.mark.parametrize("words", ["", " \n", "x" * 4001, "a\x00", "a\ud800"])
async def test_words_that_cannot_be_sent_are_refused(world: World, words: str) -> None:
    agent_id = await world.agent()
    conversation_id = await in_service(world, agent_id)
    before = await world.everything()
    with pytest.raises(Invalid):
        await say(world, conversation_id, agent_id, words)
    with pytest.raises(Invalid):
        await desk.note(world.db, conversation_id, agent_id, words, client_id="n")
    if words:
        with pytest.raises(Invalid):
            await desk.transfer(
                world.db, conversation_id, by=agent_id, to_agent=await world.agent(), note=words
            )
    before["agent"] = (await world.everything())["agent"]
    assert await world.everything() == before


async def test_an_agent_sends_only_files_that_this_agent_uploaded(world: World) -> None:
    agent_id, other = await world.agent(), await world.agent()
    conversation_id = await in_service(world, agent_id)
    mine, theirs = new_id(), new_id()
    async with world.db.begin() as tx:
        for blob_id, owner in ((mine, agent_id), (theirs, other)):
            await tx.run(
                s.blob.insert().values(
                    id=blob_id,
                    name="p.png",
                    mime="image/png",
                    size=1,
                    sha256="-",
                    agent_id=owner,
                    created_at=tx.now,
                )
            )

    async def send(content: Any) -> Any:
        return await desk.reply(world.db, conversation_id, agent_id, content, client_id=str(new_id()))

    with pytest.raises(NotFound):
        await send(Image(blob_id=str(theirs)))
    with pytest.raises(Invalid):
        await send(Event(name="closed"))
    assert (await send(Image(blob_id=str(mine)))).content["name"] == "p.png"


async def test_a_reply_to_another_identity_goes_out_on_that_identitys_channel(world: World) -> None:
    agent_id = await world.agent()
    conversation_id = await in_service(world, agent_id)
    visitor_id = await world.visitor_of(conversation_id)
    pushed, strangers = new_id(), (await world.say(sender="stranger", channel="memory")).conversation_id
    async with world.db.begin() as tx:
        await tx.run(
            s.identity.insert().values(
                id=pushed,
                visitor_id=visitor_id,
                channel="memory",
                account="default",
                external_id="openid",
                created_at=tx.now,
                last_seen_at=tx.now,
            )
        )
    row = await say(world, conversation_id, agent_id, identity_id=pushed)
    assert row.channel == "memory"
    [outgoing] = await world.rows(s.outbox)
    assert (outgoing.message_id, outgoing.identity_id) == (row.id, pushed)
    other = (await world.conversation(strangers)).identity_id
    with pytest.raises(NotFound):
        await say(world, conversation_id, agent_id, identity_id=other)


async def test_marks_of_reading_never_move_back_nor_beyond_what_there_is(world: World) -> None:
    agent_id, other = await world.agent(), await world.agent()
    conversation_id = await in_service(world, agent_id)
    last = (await say(world, conversation_id, agent_id)).position

    async def mark(position: int, who: UUID = agent_id) -> int:
        await desk.mark_read(world.db, conversation_id, who, position)
        return int((await world.conversation(conversation_id)).agent_read_position)

    assert await mark(1, other) == 0
    assert [await mark(position) for position in (2, 1, 10**6, 0)] == [2, 2, last, last]


# -- who owns it ---------------------------------------------------------------------------------------------

Verb = Callable[[World, UUID, UUID], Awaitable[Any]]
OWNERS_VERBS: dict[str, Verb] = {
    "reply": lambda w, c, a: say(w, c, a),
    "close": lambda w, c, a: desk.close(w.db, c, actor="agent", by=a),
    "return to bot": lambda w, c, a: desk.return_to_bot(w.db, c, by=a),
    "transfer": lambda w, c, a: desk.transfer(w.db, c, by=a, to_agent=new_id()),
}


@pytest.mark.parametrize("name", OWNERS_VERBS)
async def test_who_does_not_own_it_has_no_effect(world: World, name: str) -> None:
    owner, other = await world.agent(), await world.agent()
    conversation_id = await in_service(world, owner)
    before = await world.everything()
    with pytest.raises(Conflict) as refused:
        await OWNERS_VERBS[name](world, conversation_id, other)
    assert refused.value.code == "not_owner"
    assert await world.everything() == before


@pytest.mark.parametrize("name", OWNERS_VERBS)
async def test_nobody_does_anything_with_what_is_closed(world: World, name: str) -> None:
    owner = await world.agent()
    conversation_id = await in_service(world, owner)
    await desk.close(world.db, conversation_id, actor="agent", by=owner)
    before = await world.everything()
    with pytest.raises(Conflict):
        await OWNERS_VERBS[name](world, conversation_id, owner)
    assert await world.everything() == before


# -- transfer ------------------------------------------------------------------------------------------------


async def test_a_transfer_moves_it_at_once_and_tells_everybody(world: World) -> None:
    one, other = await world.agent(), await world.agent()
    conversation_id = await in_service(world, one)
    row = await desk.transfer(world.db, conversation_id, by=one, to_agent=other, note="要退款")
    assert (row.state, row.agent_id) == ("agent", other)
    assert (await world.stream(one))[-1].data == {"conversation_id": str(conversation_id), "why": "transfer"}
    assigned = (await world.stream(other))[0]
    assert (assigned.kind, assigned.data["how"], assigned.data["note"]) == ("assigned", "transfer", "要退款")
    assert (await world.told(conversation_id))[-1] == "agent_joined"
    note = [m for m in await world.messages(conversation_id) if m.content.get("text") == "要退款"]
    assert [m.seq for m in note] == [None]
    assert [x.end_reason for x in await world.services(conversation_id)] == ["transfer", None]


async def test_a_transfer_that_is_refused_has_no_effect_at_all(world: World) -> None:
    one = await world.agent()
    conversation_id = await in_service(world, one)
    full, dead = await world.agent(capacity=0), await world.agent(live=False)
    before = await world.everything()
    for target, error in ((full, Conflict), (dead, Conflict), (new_id(), NotFound), (one, Invalid)):
        with pytest.raises(error):
            await desk.transfer(world.db, conversation_id, by=one, to_agent=target, note="n")
    with pytest.raises(NotFound):
        await desk.transfer(world.db, conversation_id, by=one, to_group=new_id())
    with pytest.raises(Invalid):
        await desk.transfer(world.db, conversation_id, by=one)
    assert await world.everything() == before


async def test_a_transfer_to_a_group_goes_before_those_who_just_came(world: World) -> None:
    one = await world.agent()
    group_id = await world.group("repairs")
    await world.waiting("earlier")
    conversation_id = await in_service(world, one)
    await desk.transfer(world.db, conversation_id, by=one, to_group=group_id)
    [_, entry] = await world.entries(conversation_id)
    assert (entry.state, entry.reason, entry.group_id, entry.excluded_agent_id) == (
        "waiting", "transfer", group_id, one,
    )  # fmt: skip
    async with world.db.begin() as tx:
        assert await queue.place(tx, conversation_id) == 1
    assert (await world.told(conversation_id))[-1] == "requeued"


async def test_crossing_transfers_both_arrive(world: World) -> None:
    one, other = await world.agent(), await world.agent()
    mine, theirs = await in_service(world, one, "a"), await in_service(world, other, "b")
    for _ in range(4):
        await asyncio.gather(
            desk.transfer(world.db, mine, by=one, to_agent=other),
            desk.transfer(world.db, theirs, by=other, to_agent=one),
        )
        one, other = other, one
    assert (await world.conversation(mine)).agent_id == one


# -- the end, and back to the bot ----------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["bot", "waiting", "agent"])
async def test_closing_ends_whatever_was_going_on(world: World, state: str) -> None:
    agent_id = await world.agent()
    if state == "bot":
        conversation_id = (await world.say()).conversation_id
    else:
        conversation_id = await world.waiting("v")
    if state == "agent":
        await desk.accept(world.db, conversation_id, agent_id)
    row = await desk.close(world.db, conversation_id, actor="visitor", reason="visitor")
    assert (row.state, row.close_reason, row.closed_at) == ("closed", "visitor", world.clock.now())
    assert (await world.told(conversation_id))[-1] == "closed"
    assert all(entry.state != "waiting" for entry in await world.entries(conversation_id))
    assert all(service.ended_at is not None for service in await world.services(conversation_id))
    left = [e.actor for e in await world.events(conversation_id, "queue.left")]
    assert left == (["visitor"] if state == "waiting" else [])
    if state == "agent":
        assert (await world.stream(agent_id))[-1].data["why"] == "closed"


async def test_closing_twice_is_refused_and_an_unknown_reason_too(world: World) -> None:
    conversation_id = (await world.say()).conversation_id
    with pytest.raises(Invalid):
        await desk.close(world.db, conversation_id, actor="visitor", reason="bored")
    await desk.close(world.db, conversation_id, actor="visitor", reason="visitor")
    with pytest.raises(Conflict):
        await desk.close(world.db, conversation_id, actor="visitor", reason="visitor")


async def test_racing_closers_close_once(world: World) -> None:
    conversation_id = (await world.say()).conversation_id
    outcomes = await asyncio.gather(
        *(desk.close(world.db, conversation_id, actor="visitor") for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 4
    assert await world.told(conversation_id) == ["closed"]


async def test_back_to_the_bot_frees_the_place_and_remembers_that_the_bot_was_away(world: World) -> None:
    agent_id = await world.agent(capacity=1)
    conversation_id = await in_service(world, agent_id)
    row = await desk.return_to_bot(world.db, conversation_id, by=agent_id)
    assert (row.state, row.agent_id, row.bot["renew"], row.failures) == ("bot", None, True, 0)
    assert (await world.told(conversation_id))[-1] == "returned_to_bot"
    assert await in_service(world, agent_id, "next")


async def test_going_offline_keeps_what_one_has(world: World) -> None:
    agent_id = await world.agent()
    conversation_id = await in_service(world, agent_id)
    await set_availability(world.db, agent_id, "offline")
    assert (await world.conversation(conversation_id)).agent_id == agent_id
    [changed] = await world.events(type="agent.availability_changed")
    assert (changed.data["before"], changed.data["after"]) == ("online", "offline")
    with pytest.raises(Invalid):
        await set_availability(world.db, agent_id, "asleep")
