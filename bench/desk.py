"""A busy desk in a running instance: agents with consoles, each serving many visitors."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
import httpx
import sqlalchemy as sa

from core import agents
from core import schema as s
from core.db import Database
from supervisor.postgres import running_url
from tests.support.instance import Instance
from tests.support.people import Agent, Visitor

T = TypeVar("T")
PASSWORD = "a long enough password"
#: Requests under way at once while things are being set up.
_ABREAST = 16


@dataclass
class Desk:
    instance: Instance
    db: Database
    http: httpx.AsyncClient
    pen: aiohttp.ClientSession  # costs the machine less than the other: for what is sent while measuring
    agents: list[Agent]
    visitors: list[Visitor] = field(default_factory=list)
    owner: dict[str, Agent] = field(default_factory=dict)  # by visitor id
    conversation: dict[str, str] = field(default_factory=dict)  # by visitor id
    on_frame: Callable[[dict[str, Any]], None] = lambda frame: None  # of any console

    def rss_mb(self) -> float:
        process = self.instance.child("service")
        assert process is not None
        return float(process.memory_info().rss) / 2**20

    def cpu_s(self, role: str = "service") -> float:
        process = self.instance.child(role)
        if process is None:
            return 0.0
        parts = [process, *process.children(recursive=True)]
        return float(sum(sum(part.cpu_times()[:2]) for part in parts))

    async def reply(self, visitor_id: str, body: dict[str, Any]) -> None:
        """The visitor's agent says something."""
        agent = self.owner[visitor_id]
        cookies = "; ".join(f"{name}={value}" for name, value in agent.http.cookies.items())
        headers = {"X-CSRF-Token": agent.csrf, "Cookie": cookies}
        path = f"/api/console/v1/conversations/{self.conversation[visitor_id]}/messages"
        async with self.pen.post(self.instance.url + path, json=body, headers=headers) as answer:
            answer.raise_for_status()
            await answer.read()

    async def serve(self, count: int) -> None:
        """count visitors enter, ask for a person and are given one."""
        self.visitors = await abreast(
            [lambda: Visitor.enter(self.http, self.instance.url) for _ in range(count)]
        )
        await abreast([lambda v=v: v.post("/human", {}) for v in self.visitors])  # type: ignore[misc]
        by_id = {agent.me["id"]: agent for agent in self.agents}
        c = s.conversation.c
        for _ in range(600):
            async with self.db.begin() as tx:
                rows = await tx.all(sa.select(c.id, c.visitor_id, c.agent_id).where(c.state == "agent"))
            if len(rows) == count:
                break
            await asyncio.sleep(0.2)
        assert len(rows) == count, f"{len(rows)} of {count} are served"
        for row in rows:
            self.owner[str(row.visitor_id)] = by_id[str(row.agent_id)]
            self.conversation[str(row.visitor_id)] = str(row.id)


@asynccontextmanager
async def desk(instance: Instance, people: int, capacity: int = 50) -> AsyncIterator[Desk]:
    """people agents, online and connected."""
    raise_file_limit()
    url = running_url(instance.data_dir)
    assert url is not None
    db = Database(url, pool_size=2)
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    hashed = await agents.hash_password(PASSWORD)
    async with (
        httpx.AsyncClient(base_url=instance.url, timeout=30, trust_env=False, limits=limits) as http,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as pen,
    ):
        async with db.begin() as tx:
            for n in range(people):
                await agents.create(
                    tx, username=f"agent{n}", password_hash=hashed, role="agent", capacity=capacity
                )
        team = [await Agent.enter(instance.url, f"agent{n}", PASSWORD) for n in range(people)]
        made = Desk(instance, db, http, pen, team)
        staying = [asyncio.create_task(agent.stay(lambda frame: made.on_frame(frame))) for agent in team]
        for agent in team:
            await agent.go("online")
        try:
            yield made
        finally:
            for task in staying:
                task.cancel()
            await asyncio.gather(*staying, return_exceptions=True)
            for agent in team:
                await agent.http.aclose()
            await db.close()


async def abreast(work: Iterable[Callable[[], Awaitable[T]]], limit: int = _ABREAST) -> list[T]:
    """All of it, limit at a time."""
    gate = asyncio.Semaphore(limit)

    async def one(job: Callable[[], Awaitable[T]]) -> T:
        async with gate:
            return await job()

    return list(await asyncio.gather(*(one(job) for job in work)))


async def steadily(
    per_s: float, for_s: float, job: Callable[[int], Awaitable[None]]
) -> tuple[int, list[BaseException]]:
    """Start job(0), job(1) ... at a fixed rate, done or not; returns how many, and their errors."""
    began = time.perf_counter()
    tasks: list[asyncio.Task[None]] = []
    for n in range(int(per_s * for_s)):
        await asyncio.sleep(max(0.0, began + n / per_s - time.perf_counter()))
        tasks.append(asyncio.create_task(job(n)))  # type: ignore[arg-type]
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    return len(tasks), [one for one in outcomes if isinstance(one, BaseException)]


def raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65536)), hard))
