"""A reconnect storm: 500 sockets drop and come back within five seconds, while people go on writing."""

from __future__ import annotations

import asyncio
import json
import random
import time
from uuid import uuid4

import httpx
import uvloop
import websockets

from bench.desk import Desk, abreast, desk, steadily
from bench.report import Result
from tests.support.instance import Instance, running
from tests.support.people import Visitor

SOCKETS, AGENTS = 500, 10
WITHIN_S, PER_S = 5.0, 60.0


def run() -> Result:
    result = Result("resume", f"{SOCKETS} sockets drop at once and return within {WITHIN_S:g} s")
    with running() as instance:
        uvloop.run(_measure(instance, result))
    return result


class Client:
    """A visitor's program: stays connected, resumes from what it holds."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.ws: websockets.ClientConnection | None = None
        self.cursor_at_return = 0
        self.hello = asyncio.Event()
        self.retries = 0

    async def stay(self) -> None:
        """One socket until it drops or cannot be had."""
        try:
            async with self.visitor.socket() as ws:
                self.ws = ws
                async for raw in ws:
                    frame = json.loads(raw)
                    self.visitor.take(frame)
                    if frame["type"] == "hello":
                        self.cursor_at_return = frame["cursor"]
                        self.hello.set()
        except (websockets.WebSocketException, OSError, httpx.HTTPError):
            pass

    async def come_back(self, after_s: float, rng: random.Random) -> float:
        """Seconds from the first try until everything missed has arrived; tries again with pauses."""
        await asyncio.sleep(after_s)
        self.hello.clear()
        began, pause = time.perf_counter(), 0.5
        while True:
            self.task = asyncio.create_task(self.stay())
            hello = asyncio.create_task(self.hello.wait())
            await asyncio.wait({self.task, hello}, return_when=asyncio.FIRST_COMPLETED, timeout=15)
            hello.cancel()
            if self.hello.is_set():
                break
            self.task.cancel()
            self.retries += 1
            await asyncio.sleep(rng.uniform(pause / 2, pause))
            pause = min(pause * 2, 10)
        await self.visitor.until(lambda v: v.cursor >= self.cursor_at_return, 60)
        return time.perf_counter() - began


async def _measure(instance: Instance, result: Result) -> None:
    async with desk(instance, AGENTS) as house:
        await house.serve(SOCKETS)
        clients = [Client(visitor) for visitor in house.visitors]

        async def connect(client: Client) -> None:
            client.task = asyncio.create_task(client.stay())
            await asyncio.wait_for(client.hello.wait(), 30)

        await abreast([lambda c=c: connect(c) for c in clients])  # type: ignore[misc]
        writing = asyncio.create_task(steadily(PER_S, WITHIN_S + 6, lambda n: _write(house, n)))
        await asyncio.sleep(2)
        rng, dropped = random.Random(1), time.perf_counter()
        for client in clients:
            assert client.ws is not None
            client.ws.transport.abort()
        took = await asyncio.gather(*(c.come_back(rng.uniform(0, WITHIN_S), rng) for c in clients))
        whole = time.perf_counter() - dropped
        written, errors = await writing
        await asyncio.sleep(2)
        lost, repeated = await _compare(clients)
        result.times("from reconnecting to holding everything", took)
        result.add("until the last was back", whole, "s", most=10)
        result.add("limit: the last one tried after", WITHIN_S, "s")
        result.add("messages written meanwhile", written, "")
        result.add("lost", lost, "", most=0)
        result.add("repeated", repeated, "", most=0)
        result.add("tries that failed", sum(c.retries for c in clients), "")
        result.add("errors", len(errors), "", most=0)
        for client in clients:
            client.task.cancel()
        await asyncio.gather(*(c.task for c in clients), return_exceptions=True)


async def _write(house: Desk, n: int) -> None:
    me = house.visitors[n % len(house.visitors)].session["visitor_id"]
    body = {"client_id": str(uuid4()), "content": {"type": "text", "text": f"m{n}"}}
    await house.reply(me, body)


async def _compare(clients: list[Client]) -> tuple[int, int]:
    """Against the service's own history."""
    histories = await abreast([lambda c=c: c.visitor.history() for c in clients])  # type: ignore[misc]
    lost = 0
    for client, history in zip(clients, histories, strict=True):
        held = {seq: message["id"] for seq, message in client.visitor.seen.items()}
        lost += sum(held.get(message["seq"]) != message["id"] for message in history)
    return lost, sum(client.visitor.repeats for client in clients)
