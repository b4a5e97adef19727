"""What every channel keeps, and what the sender makes of it.  Registering a connector is having it tested."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from connectors.base import Connector
from connectors.degrade import degrade, kind
from connectors.errors import Uncertain
from connectors.memory import MemoryConnector
from connectors.registry import BUILT_IN, Registry
from connectors.sender import ABREAST_OF_ONE, LEASE, MAX_ATTEMPTS, Sender
from core import schema as s
from core import timeline
from core.errors import NotFound, Rejected, Unavailable, WindowClosed
from core.ids import new_id
from core.messages import Address, Content, Text
from handoff import desk
from tests.support.world import World, opened
from tests.unit.test_content import ONE_OF_EACH

EVERY: list[Connector] = [*BUILT_IN, MemoryConnector()]
every_connector = pytest.mark.parametrize("connector", EVERY, ids=lambda c: c.name)
TO = Address("memory", "default", "openid", new_id())


# -- what every connector keeps ------------------------------------------------------------------------------


def test_names_are_unique_and_fit_for_addresses() -> None:
    names = [connector.name for connector in EVERY]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() and name.isidentifier() for name in names)


@every_connector
def test_the_registry_finds_it_by_name(connector: Connector) -> None:
    registry = Registry(EVERY)
    assert registry.get(connector.name) is connector
    assert connector in list(registry)
    with pytest.raises(NotFound):
        registry.get("pigeon post")


@every_connector
def test_it_renders_text_at_least_and_only_kinds_that_exist(connector: Connector) -> None:
    assert "text" in connector.renders <= set(ONE_OF_EACH)


@every_connector
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_every_kind_of_content_can_be_shown_on_it_somehow(connector: Connector, name: str) -> None:
    shown = degrade(ONE_OF_EACH[name], connector.renders)
    assert shown is not None and kind(shown) in connector.renders


@every_connector
def test_whether_its_clients_read_the_timeline_is_one_fact_everywhere(connector: Connector) -> None:
    assert connector.pulls == (connector.name in timeline.PULL_CHANNELS)


@pytest.mark.parametrize("connector", [c for c in EVERY if not c.pulls], ids=lambda c: c.name)
async def test_one_that_claims_to_dedupe_takes_a_repeated_key_once(connector: Any) -> None:
    assert connector.dedupes
    for _ in range(3):
        await connector.send(TO, Text(text="once"), key="k1")
    assert [key for _, _, key in connector.sent] == ["k1"]


# -- the sender ----------------------------------------------------------------------------------------------


class Platform:
    """The memory connector with a plan of faults: one entry a send, None lets it pass."""

    def __init__(self, *faults: BaseException | None, name: str = "memory", dedupes: bool = False) -> None:
        self.plan = list(faults)
        self.connector = MemoryConnector(name=name, dedupes=dedupes, faults=self.fault)
        self.tries = 0

    def fault(self, key: str) -> None:
        self.tries += 1
        error = self.plan.pop(0) if self.plan else None
        if error is not None:
            raise error

    @property
    def words(self) -> list[str]:
        return [content.text for _, content, _ in self.connector.sent if isinstance(content, Text)]


@pytest.fixture
async def world(recycled_database: str) -> AsyncIterator[World]:
    async with opened(recycled_database) as world:
        yield world


def sender_for(world: World, *platforms: Platform, **options: Any) -> Sender:
    return Sender(world.db, Registry([*BUILT_IN, *(p.connector for p in platforms)]), **options)


async def bot_says(
    world: World, *words: str | Content, sender: str = "openid", channel: str = "memory"
) -> UUID:
    said = await world.say(sender=sender, channel=channel)
    async with world.db.begin() as tx:
        row = await timeline.lock(tx, said.conversation_id)
        for content in words:
            content = Text(text=content) if isinstance(content, str) else content
            await timeline.post(tx, row, timeline.BOT, content)
    return said.conversation_id


async def until_quiet(world: World, sender: Sender) -> None:
    """Send all that is due, then again after the longest back-off, until nothing is pending."""
    for _ in range(3 * MAX_ATTEMPTS):
        while await sender.once():
            pass
        if all(row.state != "pending" for row in await world.rows(s.outbox)):
            return
        world.clock.move(timedelta(minutes=6))
    raise AssertionError("something is pending for ever")


async def states(world: World) -> list[str]:
    rows = await world.rows(s.outbox)
    return [row.state for row in sorted(rows, key=lambda row: row.id)]


async def test_replies_leave_in_order_and_only_once(world: World) -> None:
    platform = Platform()
    await bot_says(world, "1", "2", "3")
    await until_quiet(world, sender_for(world, platform))
    assert platform.words == ["1", "2", "3"]
    assert await states(world) == ["sent"] * 3
    keys = [key for _, _, key in platform.connector.sent]
    assert len(set(keys)) == 3


async def test_pull_channels_and_notes_are_never_sent_to(world: World) -> None:
    agent_id = await world.agent()
    await bot_says(world, "in the timeline", channel="web")
    conversation_id = await bot_says(world)
    await desk.accept(world.db, conversation_id, agent_id)
    await desk.note(world.db, conversation_id, agent_id, "internal", client_id="n")
    platform = Platform()
    await until_quiet(world, sender_for(world, platform))
    assert [words for words in platform.words if "客服" not in words] == []  # only that somebody joined


async def test_what_a_channel_cannot_show_is_said_in_words_of_the_visitor(world: World) -> None:
    conversation_id = await bot_says(world, ONE_OF_EACH["buttons"])
    async with world.db.begin() as tx:
        await tx.run(s.visitor.update().values(language="en"))
    await desk.close(world.db, conversation_id, actor="system")
    platform = Platform()
    await until_quiet(world, sender_for(world, platform))
    assert platform.words == ["怎么了？\n[1] 退款\n[2] 没事", "The conversation has ended."]


async def test_a_platform_that_is_down_is_tried_again_in_order(world: World) -> None:
    platform = Platform(Unavailable(), Unavailable(), None, Unavailable())
    await bot_says(world, "1", "2", "3")
    await until_quiet(world, sender_for(world, platform))
    assert platform.words == ["1", "2", "3"]
    assert platform.tries == 6


async def test_no_retry_comes_before_its_time(world: World) -> None:
    platform = Platform(*[Unavailable()] * 3)
    await bot_says(world, "1", "2")
    sender = sender_for(world, platform)
    await sender.once()
    [head, _] = sorted(await world.rows(s.outbox), key=lambda row: row.id)
    assert head.due_at >= world.clock.now() and head.leased_until is None
    world.clock.move(head.due_at - world.clock.now() - timedelta(microseconds=1))
    assert await sender.once() == 0 or head.due_at == world.clock.now()
    assert platform.words == []


@pytest.mark.parametrize("error", [WindowClosed(), Rejected("bad_recipient")], ids=lambda e: e.code)
async def test_what_will_never_go_fails_at_once_unblocks_the_rest_and_is_told(
    world: World, error: Rejected
) -> None:
    agent_id = await world.agent()
    platform = Platform(error)
    conversation_id = await bot_says(world)
    await desk.accept(world.db, conversation_id, agent_id)  # "joined" is what fails
    await desk.reply(world.db, conversation_id, agent_id, Text(text="您好"), client_id="1")
    await until_quiet(world, sender_for(world, platform))
    assert await states(world) == ["failed", "sent"]
    assert platform.words == ["您好"]
    told = (await world.stream(agent_id))[-1]
    assert (told.kind, told.data["undelivered"]) == ("conversation", error.code)
    [event] = await world.events(conversation_id, "reply.failed")
    assert event.data["error"] == error.code


async def test_a_platform_that_stays_down_fails_after_eight_tries(world: World) -> None:
    platform = Platform(*[Unavailable()] * MAX_ATTEMPTS)
    await bot_says(world, "1", "2")
    await until_quiet(world, sender_for(world, platform))
    assert await states(world) == ["failed", "sent"]
    assert platform.words == ["2"]


@pytest.mark.parametrize(
    ("dedupes", "state", "tries"), [(True, "sent", 3), (False, "uncertain", 1)], ids=["dedupes", "does not"]
)
async def test_an_uncertain_send_is_repeated_only_where_the_platform_recognises_the_key(
    world: World, dedupes: bool, state: str, tries: int
) -> None:
    platform = Platform(Uncertain(), Uncertain(), dedupes=dedupes)
    conversation_id = await bot_says(world, "1")
    await until_quiet(world, sender_for(world, platform))
    assert (await states(world), platform.tries) == ([state], tries)
    assert len(await world.events(conversation_id, "reply.uncertain")) == (0 if dedupes else 1)


class Hanging(MemoryConnector):
    """A platform that takes the message and never answers."""

    async def send(self, to: Address, content: Content, *, key: str) -> None:
        await super().send(to, content, key=key)
        await asyncio.Event().wait()


async def test_a_send_that_hangs_is_uncertain_when_its_time_is_up(world: World) -> None:
    await bot_says(world, "1", "2")
    hanging = Hanging(dedupes=False)
    sender = Sender(world.db, Registry([hanging]), send_s=0.05)
    await until_quiet(world, sender)
    assert await states(world) == ["uncertain"] * 2
    assert [content for _, content, _ in hanging.sent] == [Text(text="1"), Text(text="2")]


async def test_a_channel_that_hangs_delays_no_other(world: World) -> None:
    for n in range(ABREAST_OF_ONE + 3):
        await bot_says(world, "stuck", sender=f"h{n}", channel="hanging")
    await bot_says(world, "through")
    platform, hanging = Platform(), Hanging(name="hanging", dedupes=False)
    sender = Sender(world.db, Registry([hanging, platform.connector]), send_s=30)
    for _ in range(3):
        await sender.start_due()
    with world.db.hints.watch("outbox") as watch:
        async with asyncio.timeout(20):
            while not platform.words:
                await watch.wait(0.1)
    assert len(hanging.sent) == ABREAST_OF_ONE
    for task in list(sender._running):
        task.cancel()


@pytest.mark.parametrize("fault", ["no such channel", "a bug of the connector"])
async def test_our_own_faults_block_nothing_for_ever(world: World, fault: str) -> None:
    platform = Platform(KeyError("bug")) if fault.startswith("a bug") else Platform(name="another")
    await bot_says(world, "1", "2")
    await until_quiet(world, sender_for(world, platform))
    assert (await states(world))[0] == "failed"


async def test_order_is_kept_per_conversation_while_others_go_on(world: World) -> None:
    """The first of one visitor is stuck; its own rest waits, everybody else's leaves."""
    stuck = Unavailable()
    platform = Platform(stuck)
    await bot_says(world, "a1", "a2", sender="a")
    await bot_says(world, "b1", "b2", sender="b")
    sender = sender_for(world, platform)
    await sender.start_due()
    await sender.drain(10)
    while await sender.once():
        pass
    assert platform.words == ["b1", "b2"]
    await until_quiet(world, sender)
    assert platform.words == ["b1", "b2", "a1", "a2"]


async def test_two_senders_on_one_database_send_everything_once_and_in_order(world: World) -> None:
    platform = Platform()
    for n in range(6):
        await bot_says(world, *(f"{n}:{m}" for m in range(4)), sender=f"v{n}")
    senders = [sender_for(world, platform), sender_for(world, platform)]
    while sum(await asyncio.gather(*(sender.once() for sender in senders))):
        pass
    assert sorted(platform.words) == [f"{n}:{m}" for n in range(6) for m in range(4)]
    for n in range(6):
        own = [words for words in platform.words if words.startswith(f"{n}:")]
        assert own == sorted(own)


# -- dying at the worst moment -------------------------------------------------------------------------------


class Killed(BaseException):
    """As SIGKILL would: no handler of ours may see it."""


class DiesAfterSending(MemoryConnector):
    """The process dies right after certain keys were sent, once each."""

    def __init__(self, *, dedupes: bool, after: set[int]) -> None:
        super().__init__(dedupes=dedupes)
        self.after = after

    async def send(self, to: Address, content: Content, *, key: str) -> None:
        await super().send(to, content, key=key)
        if len(self.sent) in self.after:
            self.after.discard(len(self.sent))
            raise Killed


async def killed_sends(world: World, connector: MemoryConnector, words: int) -> int:
    """Run senders until all is sent, a new one for each that was killed; returns the kills."""
    kills = 0
    for _ in range(words * 3):
        sender = Sender(world.db, Registry([connector]))
        await sender.start_due()
        tasks = list(sender._running)
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        if any(isinstance(outcome, Killed) for outcome in outcomes):
            kills += 1
            world.clock.move(LEASE + timedelta(seconds=1))
        elif not tasks and all(row.state == "sent" for row in await world.rows(s.outbox)):
            return kills
    raise AssertionError("not everything was sent")


@pytest.mark.parametrize("dedupes", [False, True])
async def test_a_sender_killed_between_send_and_mark_repeats_at_most_one_per_kill(
    world: World, dedupes: bool
) -> None:
    connector = DiesAfterSending(dedupes=dedupes, after={1, 4, 7})
    numbers = [str(n) for n in range(10)]
    await bot_says(world, *numbers)
    kills = await killed_sends(world, connector, len(numbers))
    said = [content.text for _, content, _ in connector.sent if isinstance(content, Text)]
    assert kills == 3
    assert list(dict.fromkeys(said)) == numbers  # nothing lost, first deliveries in order
    assert len(said) - len(numbers) <= (0 if dedupes else kills)


async def test_who_comes_late_after_losing_the_lease_changes_nothing(world: World) -> None:
    """A sender slower than its lease: another has sent and marked the row meanwhile."""
    conversation_id = await bot_says(world, "1")
    slow, quick = sender_for(world, Platform()), Platform()
    async with world.db.begin() as tx:
        [parcel] = await slow._lease(tx, 5, [])
    world.clock.move(LEASE + timedelta(seconds=1))
    await until_quiet(world, sender_for(world, quick))
    before = await world.everything()
    await slow._later_or(parcel, "failed", "unavailable")
    await slow._settle(parcel, "failed", "unavailable")
    assert await world.everything() == before
    assert await world.events(conversation_id, "reply.failed") == []
