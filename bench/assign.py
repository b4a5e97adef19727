"""Assignment: how long a ready agent waits for work, a pass over a long line, and claims a second."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import uvloop

from bench.desk import Desk, abreast, desk
from bench.report import Result
from core import schema as s
from core.db import Database
from core.ids import new_id
from handoff import assignment
from handoff.router import Router
from handoff.schema import queue_entry, service
from tests.fixtures.postgres import TestServer
from tests.support.instance import Instance, running
from tests.support.people import Visitor

WAITING, AGENTS, CAPACITY = 10_000, 1_000, 5
TEAM, CAPACITY_LIVE, FOR_S = 6, 3, 20.0
CLAIMS_FOR_S = 20.0


def run() -> Result:
    result = Result("assign", f"planning for {WAITING:,} waiting and {AGENTS:,} agents; claims; readiness")
    _plan(result)
    uvloop.run(_claims(result))
    with running() as instance:
        uvloop.run(_readiness(instance, result))
    return result


def _plan(result: Result) -> None:
    """The pure part, three times: the median."""
    groups = [new_id() for _ in range(5)]
    rng = random.Random(1)
    team = [
        assignment.Candidate(
            new_id(), rng.randint(0, 3), CAPACITY * 3, None, frozenset(rng.sample(groups, 2))
        )
        for _ in range(AGENTS)
    ]
    ids = [agent.id for agent in team]
    line = [
        assignment.Waiting(new_id(), rng.choice([None, *groups]), rng.choice([None, rng.choice(ids)]))
        for _ in range(WAITING)
    ]
    took = []
    for _ in range(3):
        began = time.perf_counter()
        pairs = assignment.plan(line, team, datetime.now(UTC))
        took.append(time.perf_counter() - began)
    room = {agent.id: agent.capacity - agent.open for agent in team}
    over = sum(count > room[agent] for agent, count in Counter(agent for _, agent in pairs).items())
    result.add("planning", sorted(took)[1], "s", most=1)
    result.add("planned", len(pairs), "pairs")
    result.add("planned twice", len(pairs) - len({conversation for conversation, _ in pairs}), "", most=0)
    result.add("planned above capacity", over, "agents", most=0)


async def _claims(result: Result) -> None:
    """The router on a database of its own with the whole line in it, for a bounded time."""
    server = TestServer.started()
    try:
        db = Database(server.server.url(server.clone()))
        await _fill(db)
        router = Router(db)
        began = time.perf_counter()
        passing = asyncio.create_task(router.once())
        done, _ = await asyncio.wait({passing}, timeout=CLAIMS_FOR_S)
        took = time.perf_counter() - began
        passing.cancel()
        await asyncio.gather(passing, return_exceptions=True)
        async with db.begin() as tx:
            running_now = await tx.all(
                sa.select(service.c.agent_id, sa.func.count().label("n")).group_by(service.c.agent_id)
            )
            c = service.c
            twice = await tx.all(
                sa.select(c.conversation_id).group_by(c.conversation_id).having(sa.func.count() > 1)
            )
        claimed = sum(row.n for row in running_now)
        result.add("claimed", claimed, "")
        result.add("claims", claimed / took, "/s")
        result.add("claimed twice", len(twice), "", most=0)
        result.add("above capacity", sum(row.n > CAPACITY for row in running_now), "agents", most=0)
        if not done:
            result.notes.append(f"claims were measured for {CLAIMS_FOR_S:g} s, not to the end of the line")
        result.notes.append("claims: the router's one process, PostgreSQL without fsync")
        await db.close()
    finally:
        server.stop()


async def _fill(db: Database) -> None:
    async with db.begin() as tx:
        now, later = tx.now, tx.now + timedelta(hours=1)
        rows: dict[sa.Table, list[dict[str, Any]]] = {
            t: [] for t in (s.agent, s.visitor, s.conversation, queue_entry)
        }
        for n in range(AGENTS):
            rows[s.agent].append(
                {
                    "id": new_id(),
                    "username": f"a{n}",
                    "name": f"a{n}",
                    "role": "agent",
                    "password_hash": "-",
                    "capacity": CAPACITY,
                    "availability": "online",
                    "live_at": later,
                    "created_at": now,
                }
            )
        for n in range(WAITING):
            visitor_id, conversation_id = new_id(), new_id()
            entered = now - timedelta(seconds=WAITING - n)
            rows[s.visitor].append(
                {"id": visitor_id, "brand_id": "default", "created_at": now, "last_seen_at": now}
            )
            rows[s.conversation].append(
                {
                    "id": conversation_id,
                    "brand_id": "default",
                    "visitor_id": visitor_id,
                    "state": "waiting",
                    "channel": "web",
                    "opened_at": entered,
                    "active_at": entered,
                }
            )
            rows[queue_entry].append(
                {
                    "id": new_id(),
                    "conversation_id": conversation_id,
                    "reason": "asked",
                    "rank_at": entered,
                    "entered_at": entered,
                }
            )
        for table, values in rows.items():
            await tx.run(table.insert(), values)
    async with db.reading() as tx:
        await tx.run(sa.text("analyze"))  # in no transaction


async def _readiness(instance: Instance, result: Result) -> None:
    """Agents come, go, and close conversations while visitors queue up: then the event log is read."""
    async with desk(instance, TEAM, capacity=CAPACITY_LIVE) as house:
        rng, ends = random.Random(os.getpid()), time.perf_counter() + FOR_S
        await house.serve(TEAM)
        visitors = house.visitors

        async def ask(n: int) -> None:
            while time.perf_counter() < ends:
                visitor = await Visitor.enter(house.http, instance.url)
                await visitor.post("/human", {})
                visitors.append(visitor)
                await asyncio.sleep(rng.uniform(0.5, 1.5))

        async def work(index: int) -> None:
            agent = house.agents[index]
            while time.perf_counter() < ends:
                mine = (await agent.get("/conversations?view=mine&limit=10"))["items"]
                for item in mine:
                    await asyncio.sleep(rng.uniform(0.1, 0.5))
                    await agent.call("POST", f"/conversations/{item['id']}/close", {"reason": "solved"})
                if rng.random() < 0.2:
                    await agent.go("away")
                    await asyncio.sleep(rng.uniform(0.2, 1))
                    await agent.go("online")
                await asyncio.sleep(0.1)

        jobs = [lambda n=n: ask(n) for n in range(8)] + [lambda n=n: work(n) for n in range(TEAM)]
        await abreast(jobs, limit=len(jobs))
        await asyncio.sleep(2)
        longest, moves = await _longest_idle(house)
        result.add("longest that a ready agent with room and a visitor both waited", longest, "s", most=1)
        result.add("limit: the router looks by itself every", 1.0, "s")
        result.add("assignments while measuring", moves, "")


async def _longest_idle(house: Desk) -> tuple[float, int]:
    """From event timestamps alone: the longest stretch with somebody ready and somebody waiting."""
    e = s.event.c
    async with house.db.begin() as tx:
        log = await tx.all(sa.select(s.event).order_by(e.id))
    ready: dict[UUID, bool] = {}
    served: Counter[UUID] = Counter()
    waiting = 0
    since: datetime | None = None
    longest, moves = 0.0, 0
    owner: dict[UUID, UUID] = {}
    for row in log:
        if row.type == "agent.availability_changed":
            ready[row.agent_id] = row.data["after"] == "online"
        elif row.type == "conversation.moved":
            waiting += (row.data["after"] == "waiting") - (row.data["before"] == "waiting")
            if row.data["before"] == "agent" and row.conversation_id in owner:
                served[owner.pop(row.conversation_id)] -= 1
            if row.data["after"] == "agent":
                owner[row.conversation_id] = UUID(row.data["owner"])
                served[owner[row.conversation_id]] += 1
                moves += 1
        both = waiting > 0 and any(on and served[agent] < CAPACITY_LIVE for agent, on in ready.items())
        if since is not None:
            longest = max(longest, (row.at - since).total_seconds())
        since = (since or row.at) if both else None
    return longest, moves
