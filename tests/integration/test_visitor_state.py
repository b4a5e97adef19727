"""What a visitor's program is told of where things stand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core import schema as s
from core.messages import Text
from handoff import desk as handoff
from handoff import guests
from tests.fixtures.desk import Desk
from tests.support.people import Visitor


async def state(visitor: Visitor) -> dict[str, Any]:
    answer = await visitor.http.get("/api/visitor/v1/state", headers=visitor.headers)
    told: dict[str, Any] = answer.json()
    return told


async def served_by(desk: Desk, visitor: Visitor, agent_id: UUID) -> UUID:
    """The visitor's conversation, in which the agent has answered."""
    await visitor.say("有人吗")
    async with desk.db.begin() as tx:
        c = s.conversation.c
        found: UUID = await tx.value(
            sa.select(c.id).where(c.visitor_id == visitor.session["visitor_id"], c.state != "closed")
        )
    await handoff.accept(desk.db, found, agent_id)
    await answer(desk, found, agent_id)
    return found


async def answer(desk: Desk, conversation_id: UUID, agent_id: UUID) -> None:
    await handoff.reply(desk.db, conversation_id, agent_id, Text(text="您好"), client_id=f"hello-{agent_id}")


async def test_the_rating_is_due_when_people_are_done_and_for_whoever_was_last(desk: Desk):
    first, last = await desk.person("agent", "li"), await desk.person("agent", "wu", name="吴")
    visitor = await Visitor.enter(desk.client(), "", channel="web")
    conversation_id = await served_by(desk, visitor, first.id)
    assert (await state(visitor))["rating"] is None
    await handoff.takeover(desk.db, conversation_id, last.id)
    assert (await state(visitor))["rating"] is None  # another one went on: nobody asks in the middle
    await answer(desk, conversation_id, last.id)
    await handoff.close(desk.db, conversation_id, actor="agent", by=last.id)
    due = (await state(visitor))["rating"]
    assert (due["agent"]["name"], due["score"]) == ("吴", None)
    rated = await visitor.post("/rating", {"service_id": due["service_id"], "score": 4})
    assert rated["rating"] == {**due, "score": 4}
    await visitor.say("还有一件事")
    now = await state(visitor)
    assert (now["conversation"]["state"], now["rating"]) == ("bot", None)


async def test_back_with_the_bot_it_is_due_until_somebody_is_asked_for_again(desk: Desk):
    agent = await desk.person("agent")
    visitor = await Visitor.enter(desk.client(), "", channel="web")
    conversation_id = await served_by(desk, visitor, agent.id)
    await handoff.return_to_bot(desk.db, conversation_id, by=agent.id)
    assert (await state(visitor))["rating"]["score"] is None
    async with desk.db.begin() as tx:  # somebody is on duty
        await tx.run(s.agent.update().values(availability="online", live_at=tx.now))
    now = await visitor.post("/human", {})
    assert (now["conversation"]["state"], now["rating"]) == ("waiting", None)


async def test_it_is_due_for_a_day(desk: Desk):
    agent = await desk.person("agent")
    visitor = await Visitor.enter(desk.client(), "", channel="web")
    conversation_id = await served_by(desk, visitor, agent.id)
    await handoff.close(desk.db, conversation_id, actor="agent", by=agent.id)
    desk.clock.move(guests.RATE_WITHIN)
    visitor = await again(visitor)
    assert (await state(visitor))["rating"] is None


async def again(visitor: Visitor) -> Visitor:
    visitor.token = (
        await visitor.http.post("/api/visitor/v1/sessions", json={"token": visitor.token})
    ).json()["token"]
    return visitor
