"""Numbers without gaps: whoever sees number n sees every number below it."""

from __future__ import annotations

import asyncio
import contextlib
import random
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa

from core import conversations, events, streams, timeline
from core import schema as s
from core.db import Row, Tx
from core.errors import Conflict
from core.lifecycle import Move
from core.messages import Text
from handoff import desk
from tests.support.world import World, opened

WRITERS = 12


async def numbers(world: World, visitor_id: UUID) -> list[tuple[int, int | None]]:
    m = s.message.c
    async with world.db.begin() as tx:
        rows = await tx.all(
            sa.select(m.position, m.seq).where(m.visitor_id == visitor_id).order_by(m.position)
        )
    return [(row.position, row.seq) for row in rows]


async def post(tx: Tx, conversation_id: UUID, words: str, *, internal: bool = False) -> Row:
    row = await timeline.lock(tx, conversation_id)
    return await timeline.post(tx, row, timeline.BOT, Text(text=words), internal=internal)


async def test_numbers_have_no_gaps_when_many_write_at_once_and_some_roll_back(world: World) -> None:
    conversation_id = (await world.say()).conversation_id
    chance = random.Random(7)

    async def write(number: int) -> None:
        try:
            async with world.db.begin() as tx:
                await post(tx, conversation_id, f"m{number}", internal=chance.random() < 0.3)
                await asyncio.sleep(chance.random() * 0.01)  # commits land in any order
                if chance.random() < 0.3:
                    raise RuntimeError("changed its mind")
        except RuntimeError:
            pass

    await asyncio.gather(*(write(n) for n in range(40)))
    stored = await numbers(world, await world.visitor_of(conversation_id))
    assert [position for position, _ in stored] == list(range(1, len(stored) + 1))
    public = [seq for _, seq in stored if seq is not None]
    assert public == list(range(1, len(public) + 1))
    assert 1 < len(public) < len(stored) < 41


async def test_a_reader_that_follows_the_numbers_misses_nothing_while_commits_race(
    recycled_database: str,
) -> None:
    """Many writers over two conversations' worth of visitors; a reader asks only for what is after."""
    async with opened(recycled_database, pool_size=WRITERS + 3) as world:
        conversation_id = (await world.say()).conversation_id
        visitor_id = await world.visitor_of(conversation_id)
        done = asyncio.Event()
        chance = random.Random(11)

        async def write(writer: int) -> None:
            for number in range(8):
                async with world.db.begin() as tx:
                    await post(tx, conversation_id, f"{writer}:{number}", internal=number % 4 == 3)
                    await asyncio.sleep(chance.random() * 0.004)

        async def follow() -> list[int]:
            seen: list[int] = []
            with world.db.hints.watch(timeline.topic(visitor_id)) as watch:
                while True:
                    last_look = done.is_set()
                    async with world.db.begin() as tx:
                        rows = await timeline.page(tx, visitor_id, after=seen[-1] if seen else 0, limit=5)
                    seen += [row.seq for row in rows]
                    if not rows and last_look:
                        return seen
                    if not rows:
                        await watch.wait(0.05)

        reader = asyncio.create_task(follow())
        await asyncio.gather(*(write(n) for n in range(WRITERS)))
        done.set()
        assert await reader == list(range(1, WRITERS * 6 + 2))


async def test_a_number_is_visible_only_after_all_numbers_below_it(world: World) -> None:
    """The second writer waits for the first, so it cannot commit a higher number earlier."""
    conversation_id = (await world.say()).conversation_id
    visitor_id = await world.visitor_of(conversation_id)

    async def second() -> Row:
        async with world.db.begin() as tx:
            return await post(tx, conversation_id, "second")

    async with world.db.begin() as tx:
        first = await post(tx, conversation_id, "first")
        racing = asyncio.create_task(second())
        done, _ = await asyncio.wait([racing], timeout=0.1)
        assert not done
        assert await numbers(world, visitor_id) == [(1, 1)]
    assert (first.seq, (await racing).seq) == (2, 3)


async def test_the_visitor_is_locked_with_any_of_the_visitors_conversations(world: World) -> None:
    """So whoever works on an old conversation and whoever writes a new message take turns."""
    old = (await world.say()).conversation_id
    await desk.close(world.db, old, actor="visitor", reason="visitor")
    async with world.db.begin() as tx:
        await timeline.lock(tx, old)
        racing = asyncio.create_task(world.say("new"))
        await asyncio.wait([racing], timeout=0.2)
        assert not racing.done()
    assert (await racing).first


async def test_a_move_of_what_has_moved_meanwhile_is_refused_and_has_no_effect(world: World) -> None:
    conversation_id = await world.waiting("v")
    stale = await world.conversation(conversation_id)
    await desk.accept(world.db, conversation_id, await world.agent())
    before = await world.everything()
    with pytest.raises(Conflict) as refused:
        async with world.db.begin() as tx:
            await conversations.move(tx, stale, Move.CANCEL_WAIT, actor="visitor")
    assert refused.value.code == "changed_meanwhile"
    assert await world.everything() == before


async def test_notes_take_a_position_but_no_public_number(world: World) -> None:
    agent_id = await world.agent()
    conversation_id = await world.waiting("v")
    await desk.accept(world.db, conversation_id, agent_id)
    visitor_id = await world.visitor_of(conversation_id)
    before = await numbers(world, visitor_id)
    await desk.note(world.db, conversation_id, agent_id, "客户很着急", client_id="n1")
    await desk.reply(world.db, conversation_id, agent_id, Text(text="您好"), client_id="r1")
    last, public = len(before), max(seq for _, seq in before if seq)
    assert (await numbers(world, visitor_id))[last:] == [(last + 1, None), (last + 2, public + 1)]
    async with world.db.begin() as tx:
        shown = await timeline.page(tx, visitor_id)
    assert all(row.seq is not None and row.content.get("text") != "客户很着急" for row in shown)


async def test_pages_go_forward_from_a_number_and_back_from_one(world: World) -> None:
    for n in range(1, 8):
        visitor_id = await world.visitor_of((await world.say(f"m{n}")).conversation_id)
    async with world.db.begin() as tx:

        async def seqs(**where: int) -> list[int]:
            return [row.seq for row in await timeline.page(tx, visitor_id, **where)]

        assert await seqs(after=2, limit=3) == [3, 4, 5]
        assert await seqs(before=6, limit=3) == [3, 4, 5]
        assert await seqs(after=7) == [] == await seqs(before=1)
        assert await timeline.cursor(tx, visitor_id) == 7


async def test_agents_streams_have_no_gaps_when_many_publish_at_once(world: World) -> None:
    agent_id = await world.agent()

    async def publish(number: int) -> None:
        try:
            async with world.db.begin() as tx:
                await streams.publish(tx, agent_id, "conversation", number=number)
                await asyncio.sleep(0.001)
                if number % 5 == 0:
                    raise RuntimeError
        except RuntimeError:
            pass

    await asyncio.gather(*(publish(n) for n in range(30)))
    rows = await world.stream(agent_id)
    assert [row.seq for row in rows] == list(range(1, 25))
    async with world.db.begin() as tx:
        assert await streams.cursor(tx, agent_id) == 24
        assert [row.seq for row in await streams.read(tx, agent_id, 20, 3)] == [21, 22, 23]


async def test_old_stream_rows_are_dropped_and_the_numbers_go_on(world: World) -> None:
    agent_id = await world.agent()
    async with world.db.begin() as tx:
        await streams.publish(tx, agent_id, "conversation")
    world.clock.move(streams.KEEP * 2)
    async with world.db.begin() as tx:
        await streams.trim(tx)
        assert await streams.oldest(tx, agent_id) is None
        await streams.publish(tx, agent_id, "conversation")
    async with world.db.begin() as tx:
        assert await streams.oldest(tx, agent_id) == 2 == await streams.cursor(tx, agent_id)


@pytest.mark.parametrize("table", ["event", "audit"])
@pytest.mark.parametrize("change", ["update {} set at = now()", "delete from {}", "truncate {}"])
async def test_the_logs_only_grow(world: World, table: str, change: str) -> None:
    await world.say()
    async with world.db.begin() as tx:
        await events.audit(tx, "agent:1", "did", "thing:1")
    before = await world.everything()
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        async with world.db.begin() as tx:
            await tx.run(sa.text(change.format(table)))
    assert await world.everything() == before


async def test_what_a_savepoint_takes_back_is_neither_logged_nor_told_and_the_rest_is(world: World) -> None:
    agent_id = await world.agent()
    async with world.db.begin() as tx:
        await events.record(tx, "agent.before", actor="system")
        with contextlib.suppress(Conflict):
            async with tx.savepoint():
                await events.record(tx, "agent.inside", actor="system")
                await streams.publish(tx, agent_id, "conversation")
                await tx.flush()
                await streams.publish(tx, agent_id, "conversation")
                raise Conflict
        await streams.publish(tx, agent_id, "assigned")
    assert [e.type for e in await world.events() if e.type.startswith("agent.")] == ["agent.before"]
    assert [(e.seq, e.kind) for e in await world.stream(agent_id)] == [(1, "assigned")]
