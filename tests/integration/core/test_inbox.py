"""The way in: first deliveries count, redeliveries and bad content have no effect at all."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import inbox, timeline
from core import schema as s
from core.errors import Invalid, NotFound
from core.ids import new_id
from core.messages import (
    Button,
    Buttons,
    Card,
    Content,
    Event,
    Image,
    Location,
    Picture,
    Press,
    Text,
    parse_content,
)
from handoff import desk, merges
from tests.support.world import World

#: One database for all examples of a property; examples keep apart by the names of their visitors.
ONE_DATABASE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_examples = itertools.count()


async def buttons_for(world: World, sender: str) -> str:
    """The id of a message with two buttons that this visitor was shown."""
    said = await world.say(sender=sender)
    async with world.db.begin() as tx:
        row = await timeline.lock(tx, said.conversation_id)
        shown = Buttons(
            text="怎么了？",
            buttons=(Button(title="退款", payload="/ask_refund_status"), Button(title="没事")),
        )
        posted = await timeline.post(tx, row, timeline.BOT, shown)
    return str(posted.id)


@ONE_DATABASE
@given(deliveries=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4)), max_size=25))
async def test_any_order_and_multiplicity_of_deliveries_equals_the_first_deliveries(
    world: World, deliveries: list[tuple[int, int]]
) -> None:
    example = next(_examples)
    firsts: dict[tuple[int, int], inbox.Accepted] = {}
    for who, number in deliveries:
        done = await world.say(
            f"m{number}", sender=f"p{example}-{who}", key=f"k{example}-{who}-{number}", channel="memory"
        )
        assert done.first == ((who, number) not in firsts)
        before = firsts.setdefault((who, number), done)
        assert (before.message_id, before.seq) == (done.message_id, done.seq)
    for who in {who for who, _ in firsts}:
        order = list(dict.fromkeys(n for w, n in deliveries if w == who))
        conversation_id = firsts[who, order[0]].conversation_id
        assert await world.words(conversation_id) == [("visitor", f"m{n}") for n in order]


async def test_racing_deliveries_of_one_message_have_one_effect(world: World) -> None:
    copies = [world.inbound("退款", key="same") for _ in range(8)]
    done = await asyncio.gather(*(inbox.accept(world.db, copy) for copy in copies))
    assert sorted(d.first for d in done) == [False] * 7 + [True]
    assert len({d.message_id for d in done}) == 1
    assert len(await world.rows(s.message)) == len(await world.rows(s.inbox)) == 1
    assert len(await world.rows(s.visitor)) == len(await world.rows(s.identity)) == 1


async def test_racing_first_messages_of_one_visitor_open_one_conversation(world: World) -> None:
    done = await asyncio.gather(*(world.say(f"m{n}") for n in range(8)))
    assert len({d.conversation_id for d in done}) == 1
    assert sorted(d.seq for d in done) == list(range(1, 9))
    assert len(await world.rows(s.visitor)) == len(await world.rows(s.conversation)) == 1


async def test_the_same_client_id_of_two_visitors_names_two_messages(world: World) -> None:
    first = await world.say("one", sender="a", key="client-id-1")
    second = await world.say("two", sender="b", key="client-id-1")
    assert first.first and second.first and first.message_id != second.message_id


async def test_a_message_after_the_end_opens_a_conversation_linked_to_the_last(world: World) -> None:
    first = await world.say()
    await desk.close(world.db, first.conversation_id, actor="visitor", reason="visitor")
    second = await world.say("还有")
    row = await world.conversation(second.conversation_id)
    assert (row.previous_id, row.state) == (first.conversation_id, "bot")
    assert second.seq == 3  # the timeline goes on: two messages and the word that it closed


BAD: list[Content] = [
    Text(text=""),
    Text(text=" \n\t"),
    Text(text="长" * 4001),
    Text(text="a\x00b"),
    Text(text="a\ud800b"),
    Location(latitude=91, longitude=0),
    Location(latitude=0, longitude=float("nan")),
    Location(latitude=0, longitude=0, label="x" * 201),
    Location(latitude=0, longitude=0, label="\x00"),
    Buttons(text="mine", buttons=(Button(title="x", payload="/restart"),)),
    Card(title="mine", buttons=(Button(title="x", payload="/restart"),)),
    Picture(url="https://example.test/x.png"),
    Event(name="closed"),
    Image(blob_id="not an id"),
    Image(blob_id=str(new_id())),
    Image(blob_id=str(new_id()), alt="x" * 501),
    Press(message_id="not an id", index=0),
    Press(message_id=str(new_id()), index=0),
]


@pytest.mark.parametrize("known", [True, False], ids=["known visitor", "stranger"])
async def test_bad_content_is_refused_and_has_no_effect(world: World, known: bool) -> None:
    if known:
        await world.say()
    before = await world.everything()
    for content in BAD:
        with pytest.raises((Invalid, NotFound)):
            await world.say(content)
        assert await world.everything() == before, content


async def test_a_press_means_what_we_issued_not_what_the_client_claims(world: World) -> None:
    shown = await buttons_for(world, "visitor")
    done = await world.say(Press(message_id=shown, index=0, title="假的", payload="/restart"))
    [stored] = [m for m in await world.messages(done.conversation_id) if m.id == done.message_id]
    assert parse_content(stored.content) == Press(
        message_id=shown, index=0, title="退款", payload="/ask_refund_status"
    )


async def test_a_press_of_a_button_that_is_not_there_is_refused(world: World) -> None:
    shown = await buttons_for(world, "visitor")
    before = await world.everything()
    for index in (-1, 2, 10**6):
        with pytest.raises(NotFound):
            await world.say(Press(message_id=shown, index=index))
    assert await world.everything() == before


async def test_a_press_of_another_visitors_button_is_refused(world: World) -> None:
    shown = await buttons_for(world, "somebody else")
    before = await world.everything()
    with pytest.raises(NotFound):
        await world.say(Press(message_id=shown, index=0), sender="thief")
    assert await world.everything() == before


async def test_a_press_of_ones_own_words_is_refused(world: World) -> None:
    said = await world.say("/restart")
    with pytest.raises(NotFound):
        await world.say(Press(message_id=str(said.message_id), index=0))


async def test_an_attachment_of_another_visitor_is_refused(world: World) -> None:
    owner = await world.visitor_of((await world.say(sender="owner")).conversation_id)
    blob_id = new_id()
    async with world.db.begin() as tx:
        await tx.run(
            s.blob.insert().values(
                id=blob_id,
                name="bill.png",
                mime="image/png",
                size=9,
                sha256="-",
                visitor_id=owner,
                created_at=tx.now,
            )
        )
    with pytest.raises(NotFound):
        await world.say(Image(blob_id=str(blob_id)), sender="thief")
    done = await world.say(Image(blob_id=str(blob_id), name="../../etc", size=10**9), sender="owner")
    [stored] = [m for m in await world.messages(done.conversation_id) if m.id == done.message_id]
    assert (stored.content["name"], stored.content["size"]) == ("bill.png", 9)


async def test_a_delivery_that_races_with_a_merge_ends_at_the_survivor(world: World) -> None:
    """The identity moves between the look-up and the lock: what was the merged's is the survivor's."""
    shown = await buttons_for(world, "other")
    one, other = await world.say(sender="one"), await world.say(sender="other")
    survivor, merged = [await world.visitor_of(done.conversation_id) for done in (one, other)]
    async with world.db.begin() as tx:
        await merges.merge(tx, survivor, merged)
        racing = asyncio.create_task(world.say(Press(message_id=shown, index=0), sender="other"))
        await asyncio.wait([racing], timeout=0.2)  # it has looked the identity up and waits for the lock
        assert not racing.done()
    done = await racing
    assert await world.visitor_of(done.conversation_id) == survivor
