"""Agent to visitor and back: latency at a thousand open sockets and 200 messages a second."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from typing import Any
from uuid import uuid4

import uvloop
import websockets

from bench.desk import Desk, abreast, desk, steadily
from bench.report import Result, percentile
from tests.support.instance import Instance, running
from tests.support.people import Visitor

SOCKETS, AGENTS = 1000, 20
PER_S, FOR_S = 200.0, 25.0
PINGS_PER_S = 20.0


def run(sockets: int = SOCKETS) -> Result:
    result = Result("relay", f"{sockets} visitor sockets, {PER_S:g} messages/s, half of them each way")
    with running() as instance:
        uvloop.run(_measure(instance, sockets, result))
    return result


class Post:
    """What was sent and what arrived, by a number in the text."""

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.took: dict[str, float] = {}
        self.arrivals: Counter[str] = Counter()

    def send(self, way: str, n: int) -> str:
        key = f"{way}{n}"
        self.sent[key] = time.perf_counter()
        return key

    def arrive(self, key: str) -> None:
        if key in self.sent:
            self.arrivals[key] += 1
            self.took.setdefault(key, time.perf_counter() - self.sent[key])

    def times(self, way: str) -> list[float]:
        return [took for key, took in self.took.items() if key.startswith(way)]

    def lost(self) -> int:
        return len(self.sent) - len(self.took)

    def repeated(self) -> int:
        return sum(count - 1 for count in self.arrivals.values())


class Ends:
    """The visitors' sockets, held open by this process."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.sockets: dict[str, websockets.ClientConnection] = {}
        self.pongs: list[float] = []
        self.dropped = 0
        self._pinged: dict[str, float] = {}

    async def hold(self, visitor: Visitor, ready: asyncio.Event) -> None:
        me = visitor.session["visitor_id"]
        async with visitor.socket() as ws:
            self.sockets[me] = ws
            ready.set()
            try:
                async for raw in ws:
                    self._take(me, json.loads(raw))
            except websockets.ConnectionClosed:
                pass
        self.dropped += 1

    def _take(self, me: str, frame: dict[str, Any]) -> None:
        if frame["type"] == "message" and frame["message"]["author"]["kind"] == "agent":
            self.post.arrive(frame["message"]["content"]["text"])
        elif frame["type"] == "pong" and me in self._pinged:
            self.pongs.append(time.perf_counter() - self._pinged.pop(me))

    async def ping(self, me: str) -> None:
        self._pinged[me] = time.perf_counter()
        await self.sockets[me].send('{"type":"ping"}')

    async def beat(self) -> None:
        """What keeps the sockets open: each says something every 20 s, spread evenly."""
        while True:
            for me in list(self.sockets):
                await self.ping(me)
                await asyncio.sleep(20 / len(self.sockets))


async def _measure(instance: Instance, sockets: int, result: Result) -> None:
    async with desk(instance, AGENTS, capacity=sockets // AGENTS) as house:
        await house.serve(sockets)
        post = Post()
        house.on_frame = lambda frame: _console(post, frame)
        before = house.rss_mb()
        ends, holding = await _open(house, post)
        opened = house.rss_mb()
        beating = asyncio.create_task(ends.beat())
        await asyncio.sleep(2)
        cpu, sql = house.cpu_s(), house.cpu_s("postgres")
        mine, began = time.process_time(), time.perf_counter()
        started, errors = await steadily(PER_S, FOR_S, lambda n: _one(house, ends, post, n))
        await asyncio.sleep(3)
        took = time.perf_counter() - began
        _tell(result, post, ends, started, errors)
        result.add("service memory before", before, "MB")
        result.add("added by the sockets", opened - before, "MB")
        result.add("added after the load", house.rss_mb() - before, "MB", most=100)
        used = house.cpu_s() - cpu
        result.add("service CPU", used / took * 100, "% core")
        result.add("service CPU per message", used / started * 1000, "ms")
        result.add("PostgreSQL CPU per message", (house.cpu_s("postgres") - sql) / started * 1000, "ms")
        result.add("load generator CPU", (time.process_time() - mine) / took * 100, "% core")
        beating.cancel()
        for task in holding:
            task.cancel()
        await asyncio.gather(beating, *holding, return_exceptions=True)


async def _open(house: Desk, post: Post) -> tuple[Ends, list[asyncio.Task[None]]]:
    ends = Ends(post)
    holding: list[asyncio.Task[None]] = []

    async def one(visitor: Visitor) -> None:
        ready = asyncio.Event()
        holding.append(asyncio.create_task(ends.hold(visitor, ready)))
        await asyncio.wait_for(ready.wait(), 30)

    await abreast([lambda v=v: one(v) for v in house.visitors])  # type: ignore[misc]
    return ends, holding


def _console(post: Post, frame: dict[str, Any]) -> None:
    if frame.get("kind") != "message":
        return
    message = frame["data"]["message"]
    if message["author"]["kind"] == "visitor":
        post.arrive(message["content"].get("text", ""))


async def _one(house: Desk, ends: Ends, post: Post, n: int) -> None:
    visitor = house.visitors[(n * 7919) % len(house.visitors)]
    me = visitor.session["visitor_id"]
    if n % 2:
        text = post.send("v", n)
        frame = {"type": "send", "client_id": str(uuid4()), "content": {"type": "text", "text": text}}
        await ends.sockets[me].send(json.dumps(frame))
    else:
        text = post.send("a", n)
        body = {"client_id": str(uuid4()), "content": {"type": "text", "text": text}}
        await house.reply(me, body)


def _tell(result: Result, post: Post, ends: Ends, started: int, errors: list[BaseException]) -> None:
    result.times("agent to visitor", post.times("a"), p95=50)
    result.times("visitor to agent", post.times("v"), p95=50)
    result.times("limit: ping and pong, no database", ends.pongs)
    floor = percentile(ends.pongs, 0.5)
    result.add("agent to visitor, times the limit (p50)", percentile(post.times("a"), 0.5) / floor, "x")
    result.add("messages", started, "")
    result.add("lost", post.lost(), "", most=0)
    result.add("repeated", post.repeated(), "", most=0)
    result.add("errors", len(errors), "", most=0)
    result.add("sockets dropped", ends.dropped, "", most=0)
    for kind, count in Counter(repr(error)[:120] for error in errors).most_common(3):
        result.notes.append(f"{count} x {kind}")
