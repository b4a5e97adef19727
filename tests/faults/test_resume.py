"""Five hundred sockets that drop and come back while commits land out of order: nothing lost or repeated."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
import websockets

from core import schema as s
from core import timeline
from core.db import Database, Tx
from core.messages import Text
from supervisor.postgres import running_url
from tests.support import instance as instances
from tests.support.people import DROPS, Visitor, client

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

VISITORS, SOCKETS_EACH, MESSAGES_EACH = 100, 5, 12


class Watcher:
    """One socket of a visitor, with a memory of its own."""

    def __init__(self, visitor: Visitor, dice: random.Random) -> None:
        self.visitor, self.dice = visitor, dice
        self.seen: dict[int, str] = {}
        self.repeated = 0
        self.out_of_order = 0
        self.drops = 0

    async def watch(self, until: asyncio.Event) -> None:
        """Read, drop at random points, resume from what we hold; the last connection stays to the end."""
        while True:
            with contextlib.suppress(*DROPS):
                await self._once(until)
                if until.is_set() and len(self.seen) >= self.visitor.session["expected"]:
                    return
            self.drops += 1
            await asyncio.sleep(self.dice.uniform(0, 0.3))

    async def _once(self, until: asyncio.Event) -> None:
        ticket = await self.visitor.ticket()
        after = max(self.seen, default=0)
        address = self.visitor.url.replace("http", "ws", 1)
        patience = self.dice.randrange(1, 6)
        async with websockets.connect(
            f"{address}/api/visitor/v1/socket?ticket={ticket}&after={after}", proxy=None
        ) as ws:
            while not (until.is_set() and len(self.seen) >= self.visitor.session["expected"]):
                frame = json.loads(await asyncio.wait_for(ws.recv(), 10))
                if frame["type"] == "message":
                    self._take(frame["message"])
                patience -= 1
                if patience <= 0 and not until.is_set():
                    ws.transport.abort()  # as a network that is gone, not as a polite close

    def _take(self, message: dict[str, Any]) -> None:
        self.repeated += message["seq"] in self.seen
        self.out_of_order += message["seq"] <= max(self.seen, default=0)
        self.seen[message["seq"]] = message["id"]


async def write(db: Database, gate: asyncio.Semaphore, visitor_id: UUID, dice: random.Random) -> None:
    """Several transactions at once for one visitor, each holding its commit back for a while."""

    async def one(n: int) -> None:
        await asyncio.sleep(dice.uniform(0, 12))

        async def work(tx: Tx) -> None:
            row = await timeline.lock(tx, conversation_id)
            await timeline.post(tx, row, timeline.SYSTEM, Text(text=f"{n}"))
            await asyncio.sleep(dice.uniform(0, 0.02))

        async with gate:
            await db.retrying(work)

    async with gate, db.begin() as tx:
        c = s.conversation.c
        conversation_id = await tx.value(sa.select(c.id).where(c.visitor_id == visitor_id))
    await asyncio.gather(*(one(n) for n in range(MESSAGES_EACH)))


async def test_transcripts_of_500_dropped_and_resumed_sockets_equal_the_database():
    chosen = int(os.environ.get("KETING_TEST_SEED", random.randrange(10**6)))
    print(f"KETING_TEST_SEED={chosen}")
    dice = random.Random(chosen)
    with instances.running() as instance:
        url = running_url(instance.data_dir)
        assert url is not None
        db, gate = Database(url, pool_size=20), asyncio.Semaphore(20)
        # A storm of 500 on two cores: patience is the client's part.
        async with client(instance.url, timeout=60, limits=httpx.Limits(max_connections=100)) as http:
            visitors = [await Visitor.enter(http, instance.url) for _ in range(VISITORS)]
            for visitor in visitors:
                visitor.session["expected"] = 1 << 30
                await visitor.say("hello")
            written = asyncio.Event()
            watchers = [
                Watcher(v, random.Random(dice.random())) for v in visitors for _ in range(SOCKETS_EACH)
            ]
            watching = [asyncio.create_task(w.watch(written)) for w in watchers]
            await asyncio.gather(
                *(
                    write(db, gate, UUID(v.session["visitor_id"]), random.Random(dice.random()))
                    for v in visitors
                )
            )
            stored = {id(v): {m["seq"]: m["id"] for m in await v.history()} for v in visitors}
            for visitor in visitors:
                visitor.session["expected"] = len(stored[id(visitor)])
            written.set()
            async with asyncio.timeout(600):
                await asyncio.gather(*watching)
        await db.close()
    assert sum(w.drops for w in watchers) > len(watchers)
    assert [w for w in watchers if w.seen != stored[id(w.visitor)]] == []
    assert sum(w.repeated for w in watchers) == 0
    assert sum(w.out_of_order for w in watchers) == 0
    assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in stored.values())
