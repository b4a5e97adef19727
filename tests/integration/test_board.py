"""The live board, and its numbers from the event log alone."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from analytics import log, metrics
from analytics.today import midnight, today
from core import conversations, events, timeline
from core import schema as s
from core.db import Tx
from core.lifecycle import MOVES, Move, State
from core.messages import Text
from handoff import desk as handoff_desk
from handoff import presence
from tests.support.house import House

SHANGHAI = "Asia/Shanghai"


async def answer_as_bot(desk, conversation_id, *, understood: bool) -> None:
    async with desk.db.begin() as tx:
        row = await timeline.lock(tx, conversation_id)
        await bot_turn(tx, row, understood)


async def bot_turn(tx: Tx, row, understood: bool) -> None:
    await events.record(tx, "reply.sent", actor="bot", conversation_id=row.id, by="bot", count=1)
    await events.record(tx, "turn.done", actor="bot", conversation_id=row.id, understood=understood)


async def test_first_response_and_bot_resolved_share_come_from_events_alone(desk):
    house = House(desk.db)
    agent = await house.agent("林")
    resolved = (await house.says("a", "营业时间")).conversation_id
    await answer_as_bot(desk, resolved, understood=True)
    for who, seconds in (("b", 10), ("c", 40), ("d", 20)):
        conversation_id = await house.waits(who)
        await answer_as_bot(desk, conversation_id, understood=False)
        desk.clock.move(timedelta(seconds=100))
        await presence.beat(desk.db, agent)
        await handoff_desk.accept(desk.db, conversation_id, agent)
        desk.clock.move(timedelta(seconds=seconds))
        await handoff_desk.reply(desk.db, conversation_id, agent, Text("您好"), client_id=str(uuid4()))
        desk.clock.move(timedelta(seconds=500))
        await handoff_desk.reply(desk.db, conversation_id, agent, Text("还有吗"), client_id=str(uuid4()))
    async with desk.db.begin() as tx:
        story = await log.read(tx)
        # Nothing but the log is left: the numbers must not need anything else.
        for table in reversed(s.metadata.sorted_tables):
            if table.name not in {"event", "audit", "alembic_version"}:
                await tx.run(table.delete())
        numbers = await today(tx, SHANGHAI)
    assert metrics.first_response_median(story) == 20
    assert metrics.bot_resolved(story) == (1, 4)
    assert numbers.first_response_median_s == pytest.approx(20)
    assert numbers.bot_resolved_share == 0.25
    assert numbers.conversations == 4 and numbers.handoffs == 3


@pytest.mark.parametrize("seed", range(8))
async def test_sql_and_definition_agree_on_random_histories(desk, seed):
    chance = random.Random(seed)
    house = House(desk.db)
    agent = await house.agent("林")
    ids = [(await house.says(f"v{n}", "hi")).conversation_id for n in range(6)]
    for _ in range(120):
        desk.clock.move(timedelta(seconds=chance.randint(0, 90)))
        async with desk.db.begin() as tx:
            row = await timeline.lock(tx, chance.choice(ids))
            await something(tx, row, chance, agent)
    async with desk.db.begin() as tx:
        numbers = await today(tx, SHANGHAI)
        story = await log.read(tx, since=midnight(SHANGHAI, tx.now))
    expected = metrics.first_response_median(story)
    assert numbers.first_response_median_s == (pytest.approx(expected) if expected is not None else None)
    assert numbers.bot_resolved_share == metrics.bot_resolved(story).value
    assert numbers.handoffs == metrics.handoffs(story)
    assert numbers.rated == metrics.csat(story).rated
    assert numbers.csat == (pytest.approx(metrics.csat(story).average) if numbers.rated else None)


async def something(tx: Tx, row, chance: random.Random, agent) -> None:
    """One thing that may happen to a conversation in its state."""
    moves = [move for state, move in MOVES if state == row.state and move is not Move.CLOSE]
    kind = chance.choice(["move", "agent", "bot", "rating"])
    if kind == "move" and moves:
        owner = {"agent_id": agent} if (move := chance.choice(moves)) in (Move.CLAIM, Move.REASSIGN) else {}
        await conversations.move(tx, row, move, actor="system", **owner)
    elif kind == "agent" and row.state == State.AGENT:
        await events.record(tx, "reply.sent", actor="agent", conversation_id=row.id, by="agent")
    elif kind == "bot" and row.state != State.AGENT:
        await bot_turn(tx, row, chance.random() < 0.5)
    elif kind == "rating":
        data: dict[str, Any] = {"service_id": str(chance.randint(1, 4)), "score": chance.randint(1, 5)}
        await events.record(tx, "service.rated", actor="visitor", conversation_id=row.id, **data)


async def test_the_board_shows_who_is_where(desk):
    house = House(desk.db)
    person = await desk.person("agent", "lin", name="林")
    await person.post("/me/availability", {"availability": "online"})
    await house.says("a", "hi")
    await house.waits("b")
    desk.clock.move(timedelta(seconds=30))
    await presence.beat(desk.db, person.id)
    served = await house.waits("c")
    await handoff_desk.accept(desk.db, served, person.id)
    board = (await person.get("/board")).json()
    assert (board["with_bot"], board["waiting"], board["in_service"]) == (1, 1, 1)
    assert board["longest_wait_s"] == 30
    assert board["agents"] == [
        {
            "id": str(person.id),
            "name": "林",
            "avatar": None,
            "role": "agent",
            "availability": "online",
            "live": True,
            "open": 1,
            "capacity": 5,
            "groups": [],
        }
    ]
    assert board["today"]["conversations"] == 3 and board["today"]["handoffs"] == 2
    assert board["today"]["csat"] is None


async def test_the_day_begins_at_midnight_where_the_business_is(desk):
    house = House(desk.db)
    person = await desk.person("supervisor")
    await house.says("a", "hi")  # 10:00 in Shanghai
    desk.clock.move(timedelta(hours=13, minutes=59))
    async with desk.db.begin() as tx:
        assert (await today(tx, SHANGHAI)).conversations == 1
    desk.clock.move(timedelta(minutes=2))
    async with desk.db.begin() as tx:
        assert (await today(tx, SHANGHAI)).conversations == 0
        assert (await today(tx, "UTC")).conversations == 1
    assert person.id
