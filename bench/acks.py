"""How fast messages are acknowledged, that is committed: at 100 a second, and at most."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from uuid import uuid4

import asyncpg
import uvloop

from bench.desk import Desk, desk, steadily
from bench.report import Result, percentile
from supervisor.postgres import running_url
from tests.support.instance import Instance, running

VISITORS, AGENTS = 400, 8
PER_S, FOR_S = 100.0, 20.0
ABREAST, MOST_FOR_S = 24, 12.0


def run() -> Result:
    result = Result("acks", "from a visitor's message sent to its acknowledgement, which follows the commit")
    with running() as instance:
        uvloop.run(_measure(instance, result))
    return result


async def _measure(instance: Instance, result: Result) -> None:
    async with desk(instance, AGENTS) as house:
        await house.serve(VISITORS)
        acked: list[str] = []
        took: list[float] = []
        floor: list[float] = []

        async def push(n: int) -> None:
            visitor = house.visitors[n % VISITORS]
            client_id, began = str(uuid4()), time.perf_counter()
            answer = await visitor.http.post(
                "/api/visitor/v1/messages",
                json={"client_id": client_id, "content": {"type": "text", "text": client_id}},
                headers=visitor.headers,
            )
            answer.raise_for_status()
            took.append(time.perf_counter() - began)
            acked.append(client_id)
            if n % 5 == 0:
                began = time.perf_counter()
                await house.http.get("/healthz")
                floor.append(time.perf_counter() - began)

        offered, errors = await steadily(PER_S, FOR_S, push)
        result.times(f"acknowledged at {PER_S:g}/s", took, p99=200)
        result.times("limit: a request without database", floor)
        result.add("times the limit (p50)", percentile(took, 0.5) / percentile(floor, 0.5), "x")
        result.add("offered", offered, "")
        result.add("errors", len(errors), "", most=0)
        await asyncio.sleep(2)  # what those left to do
        rate, most_took, more, failed = await _most(house)
        acked += more
        result.add(f"most, {ABREAST} sockets in a loop", rate, "acks/s")
        result.times("acknowledged at most", most_took)
        result.add("errors at most", failed, "", most=0)
        commits = await _commits(instance)
        result.add("limit: PostgreSQL alone, one small insert each", commits, "commits/s")
        result.add("share of that limit", rate / commits * 100, "%")
        result.add("acknowledged but not in the database", await _missing(house, acked), "", most=0)


async def _most(house: Desk) -> tuple[float, list[float], list[str], int]:
    """Each of some visitors after the other sends as soon as the last was acknowledged."""
    took: list[float] = []
    acked: list[str] = []
    faults: Counter[str] = Counter()
    ends = time.perf_counter() + MOST_FOR_S
    queue = list(house.visitors)

    async def worker() -> None:
        while time.perf_counter() < ends and queue:
            visitor = queue.pop()
            async with visitor.socket() as ws:
                for _ in range(25):  # below what one visitor may send in a burst
                    client_id, began = str(uuid4()), time.perf_counter()
                    content = {"type": "text", "text": client_id}
                    await ws.send(json.dumps({"type": "send", "client_id": client_id, "content": content}))
                    async for raw in ws:
                        frame = json.loads(raw)
                        if frame.get("client_id") == client_id and frame["type"] in ("ack", "error"):
                            break
                    if frame["type"] == "ack":
                        took.append(time.perf_counter() - began)
                        acked.append(client_id)
                    else:
                        faults[frame["error"]] += 1
                    if time.perf_counter() > ends:
                        return

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(ABREAST)))
    return len(took) / (time.perf_counter() - began), took, acked, sum(faults.values())


async def _commits(instance: Instance, for_s: float = 4.0) -> float:
    """What the same PostgreSQL commits when nobody does anything else: eight connections, one insert each."""
    url = running_url(instance.data_dir)
    assert url is not None
    plain = url.replace("postgresql+asyncpg://", "postgresql://")
    pool = await asyncpg.create_pool(plain, min_size=8, max_size=8)
    done, ends = 0, time.perf_counter() + for_s
    await pool.execute("create unlogged table if not exists bench_commit (id text)")
    await pool.execute("alter table bench_commit set logged")

    async def worker() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            await pool.execute("insert into bench_commit values ($1)", str(uuid4()))
            done += 1

    await asyncio.gather(*(worker() for _ in range(8)))
    await pool.execute("drop table bench_commit")
    await pool.close()
    return done / for_s


async def _missing(house: Desk, acked: list[str]) -> int:
    from sqlalchemy import select

    from core import schema as s

    async with house.db.begin() as tx:
        rows = await tx.all(select(s.message.c.client_id).where(s.message.c.author == "visitor"))
    return len(set(acked) - {row.client_id for row in rows})
