"""Two service processes on one database and one Redis behave as one service, and Redis may die."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from core.agents import add_agent
from core.db import Database
from handoff.schema import service
from tests.fixtures.mortal_redis import mortal_redis
from tests.support.people import Agent, Visitor, client
from tests.support.processes import Process, two_processes

pytestmark = [pytest.mark.redis, pytest.mark.timeout(240)]

PASSWORD = "a long enough password"
PATIENCE_S = 45.0


@dataclass
class Two:
    """The processes a and b, and the people who use them; everybody goes home at the end."""

    a: Process
    b: Process
    database: str
    home: AsyncExitStack
    https: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    def http(self, process: Process) -> httpx.AsyncClient:
        if process.url not in self.https:
            self.https[process.url] = client(process.url)
            self.home.push_async_callback(self.https[process.url].aclose)
        return self.https[process.url]

    def keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        self.home.push_async_callback(end)

    async def visitor(self, at: Process) -> Visitor:
        """Somebody whose socket stays open."""
        visitor = await Visitor.enter(self.http(at), at.url)
        self.keep(visitor.listen())
        return visitor

    async def agent(self, name: str, at: Process) -> Agent:
        """Somebody whose console stays open, online."""
        await add_agent(self.database, name, "agent", PASSWORD, name, "zh")
        agent = await Agent.enter(at.url, name, PASSWORD)
        self.home.push_async_callback(agent.http.aclose)
        self.keep(agent.stay(agent.take))
        await agent.until(lambda one: one.last("hello") is not None, PATIENCE_S)
        await agent.go("online")
        return agent


@asynccontextmanager
async def in_two(database: str, redis_url: str, folder: Path) -> AsyncIterator[Two]:
    async with two_processes(database, redis_url, folder) as (a, b), AsyncExitStack() as home:
        yield Two(a, b, database, home)


@pytest.fixture
async def two(database: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Two]:
    async with in_two(database, redis_url, tmp_path) as made:
        yield made


async def served(visitor: Visitor, agent: Agent, text: str = "我要找人工") -> str:
    """The visitor asks for a person and gets this agent; returns the conversation."""
    await visitor.say(text)
    await visitor.post("/human", {})
    await visitor.until(lambda one: (one.state.get("conversation") or {}).get("state") == "agent", PATIENCE_S)
    conversation_id = str(visitor.state["conversation"]["id"])
    await agent.until(lambda one: conversation_id in assigned_to(one), PATIENCE_S)
    return conversation_id


def hears(text: str) -> Callable[[Agent], bool]:
    return lambda agent: agent.heard(text)


def reads(text: str) -> Callable[[Visitor], bool]:
    return lambda visitor: text in visitor.texts("agent")


def stands(place: int) -> Callable[[Visitor], bool]:
    return lambda visitor: (visitor.state.get("queue") or {}).get("position") == place


def has_been_given(conversations: set[str]) -> Callable[[Agent], bool]:
    return lambda agent: conversations <= set(assigned_to(agent))


def assigned_to(agent: Agent) -> list[str]:
    return [event["conversation"]["id"] for event in agent.events("assigned")]


def agents_typing(visitor: Visitor) -> int:
    return sum(sign["author"]["kind"] == "agent" for sign in visitor.signs)


def visitors_typing(agent: Agent) -> int:
    return sum(f["type"] == "typing" and f["author"]["kind"] == "visitor" for f in agent.frames)


async def repeated(
    act: Callable[[], Coroutine[Any, Any, Any]], one: Visitor | Agent, seen: Callable[[], bool]
) -> None:
    """Signals are at most once, so say it again until it was seen."""
    async with asyncio.timeout(PATIENCE_S):
        while not seen():
            one.news.clear()
            await act()
            try:
                await asyncio.wait_for(one.news.wait(), 0.5)
            except TimeoutError:
                continue


async def test_a_visitor_at_one_process_and_an_agent_at_the_other_talk_and_see_each_other_type(two: Two):
    visitor, agent = await two.visitor(two.a), await two.agent("lin", two.b)
    conversation_id = await served(visitor, agent)

    for n in range(5):
        await visitor.say(f"问题 {n}")
        await agent.until(hears(f"问题 {n}"), PATIENCE_S)
        await agent.say(conversation_id, f"回答 {n}")
        await visitor.until(reads(f"回答 {n}"), PATIENCE_S)
    assert visitor.texts("agent") == [f"回答 {n}" for n in range(5)]
    assert visitor.texts("visitor")[1:] == [f"问题 {n}" for n in range(5)]

    await repeated(lambda: visitor.post("/typing", {"on": True}), agent, lambda: visitors_typing(agent) > 0)
    await repeated(
        lambda: agent.post(f"/conversations/{conversation_id}/typing", {"on": True}),
        visitor,
        lambda: agents_typing(visitor) > 0,
    )


async def test_the_line_and_who_is_there_are_the_same_at_both(two: Two):
    watcher = await two.agent("wang", two.b)
    await watcher.go("away")
    visitors = [await two.visitor(at) for at in (two.a, two.b, two.a)]
    for visitor in visitors:
        await visitor.say("有人吗")
        await visitor.post("/human", {})
    places = [1, 2, 3]
    for visitor, place in zip(visitors, places, strict=True):
        await visitor.until(stands(place), PATIENCE_S)
    await watcher.until(lambda one: (one.last("queue") or {}).get("waiting") == 3, PATIENCE_S)

    # Somebody at the other process comes and goes: seen here at once.
    colleague = await two.agent("chen", two.a)

    def availability() -> str | None:
        frame = watcher.last("presence")
        people = {p["id"]: p["availability"] for p in frame["agents"]} if frame else {}
        return people.get(colleague.me["id"])

    await watcher.until(lambda _: availability() == "online", PATIENCE_S)
    await watcher.until(lambda one: (one.last("queue") or {}).get("waiting") == 0, PATIENCE_S)
    await colleague.go("away")
    await watcher.until(lambda _: availability() == "away", PATIENCE_S)


async def test_a_limit_counts_what_both_let_through(two: Two):
    visitor = await Visitor.enter(two.http(two.a), two.a.url)
    for n in range(3):
        await visitor.post("/leave-message", {"text": f"留言 {n}", "contact": "13800138000"})
    visitor.move(two.http(two.b), two.b.url)
    with pytest.raises(httpx.HTTPStatusError) as refused:
        await visitor.post("/leave-message", {"text": "留言 3", "contact": "13800138000"})
    assert refused.value.response.status_code == 429
    assert refused.value.response.json()["error"] == "too_many"


async def test_the_routers_of_both_assign_everybody_once(two: Two):
    visitors = [await two.visitor(at) for at in (two.a, two.b) * 5]
    agents = [await two.agent(name, at) for name, at in (("lin", two.a), ("wang", two.b), ("chen", two.b))]

    async def asks(visitor: Visitor) -> None:
        await visitor.say("人工")
        await visitor.post("/human", {})
        await visitor.until(lambda v: (v.state.get("conversation") or {}).get("state") == "agent", PATIENCE_S)

    await asyncio.gather(*map(asks, visitors))
    expected = {visitor.state["conversation"]["id"] for visitor in visitors}
    for agent in agents:  # what is assigned has also been told, to one agent each
        mine = {i["id"] for i in (await agent.get("/conversations?view=mine"))["items"]}
        await agent.until(has_been_given(mine), PATIENCE_S)
    assert Counter(i for agent in agents for i in assigned_to(agent)) == Counter(expected)

    db = Database(two.database)
    try:
        async with db.begin() as tx:
            rows = await tx.all(sa.select(service.c.conversation_id))
    finally:
        await db.close()
    assert Counter(str(row.conversation_id) for row in rows) == Counter(expected)


@pytest.mark.faults
async def test_while_redis_is_dead_messages_arrive_and_afterwards_signals_work_again(
    database: str, tmp_path: Path
):
    with mortal_redis() as redis:
        async with in_two(database, redis.url, tmp_path) as two:
            visitor, agent = await two.visitor(two.a), await two.agent("lin", two.b)
            conversation_id = await served(visitor, agent)

            redis.kill()
            await visitor.say("红灯一直闪")
            await agent.until(hears("红灯一直闪"), PATIENCE_S)
            await agent.say(conversation_id, "请长按五秒")
            await visitor.until(reads("请长按五秒"), PATIENCE_S)
            # Nobody counts wrong passwords now, so nobody may try any.
            login = {"username": "lin", "password": PASSWORD}
            refused = await two.http(two.a).post("/api/console/v1/login", json=login)
            assert refused.status_code == 503
            newcomer = await two.visitor(two.b)
            await served(newcomer, agent, "还有我")

            redis.start()
            typed = visitors_typing(agent)
            await repeated(
                lambda: visitor.post("/typing", {"on": True}), agent, lambda: visitors_typing(agent) > typed
            )
            await repeated(
                lambda: agent.post(f"/conversations/{conversation_id}/typing", {"on": True}),
                visitor,
                lambda: agents_typing(visitor) > 0,
            )
            await visitor.say("好了，谢谢")
            await agent.until(hears("好了，谢谢"), PATIENCE_S)


@pytest.mark.faults
async def test_a_visitor_whose_process_is_killed_goes_on_at_the_other_without_a_loss(two: Two):
    visitor, agent = await two.visitor(two.a), await two.agent("lin", two.b)
    conversation_id = await served(visitor, agent)
    lines = [f"第 {n} 句" for n in range(20)]
    halfway = asyncio.Event()

    async def speaks() -> None:
        for n, line in enumerate(lines):
            await visitor.say(line)  # says it again, under one id, until it is acknowledged
            if n == 7:
                halfway.set()

    async def breaks() -> None:
        await halfway.wait()
        two.a.kill()
        await agent.say(conversation_id, "您还在吗")
        visitor.move(two.http(two.b), two.b.url)

    await asyncio.gather(speaks(), breaks())
    await agent.until(hears(lines[-1]), PATIENCE_S)
    await visitor.until(lambda one: lines[-1] in one.texts("visitor"), PATIENCE_S)

    assert visitor.texts("visitor")[1:] == lines
    assert visitor.texts("agent") == ["您还在吗"]
    history = await visitor.history()
    assert [m["seq"] for m in history] == list(range(1, len(history) + 1))
    assert {m["seq"] for m in history} == set(visitor.seen)
    told = [event["message"]["content"].get("text") for event in agent.events("message")]
    assert [text for text in told if text in lines] == lines
