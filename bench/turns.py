"""What the service adds to a turn of the bot, against the same Rasa asked directly, in one run.

A: straight to the bot's channel.  B: as a visitor, through the service; counted from the moment the quiet gap
is over (the service waits for it on purpose) to the reply on the visitor's socket.  A and B alternate.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import uuid4

import aiohttp
import httpx
import sqlalchemy as sa
import uvloop
import websockets

from bench.report import Result, percentile
from core import schema as s
from core.db import Database, Row
from core.inbox import QUIET_GAP
from core.secret import read_secrets
from dialogue.dispatcher import BOT_ABREAST
from supervisor.postgres import running_url
from tests.support.instance import Instance, running
from tests.support.people import Visitor, client

PAIRS, FEW, ABREAST = 40, 10, 60
ROUNDS, ROUND_S = 3, 6.0
#: Questions that the bot answers from its domain, without a form or another system.
WORDS = (
    "运费多少？",
    "What's your return policy?",
    "可以开发票吗",
    "怎么退货",
    "Do you have any discounts?",
    "保修多久",
)


def run() -> Result:
    result = Result("turns", "a bot turn through the service, against Rasa alone in the same run")
    with running(with_bot=True) as instance:
        uvloop.run(_measure(instance, result))
    return result


class Alone:
    """Rasa's channel, asked as the service asks it."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self._http, self._url, self._token = http, url, token
        self.errors = 0

    async def turn(self, conversation_id: str, text: str) -> float:
        body = {
            "conversation_id": conversation_id,
            "turn_id": str(uuid4()),
            "fence": 1,
            "text": text,
            "payload": None,
            "metadata": {"language": "zh", "script": None, "channel": "app", "on_duty": False, "failures": 0},
        }
        began = time.perf_counter()
        address, headers = f"{self._url}/webhooks/keting/turn", {"X-Keting-Token": self._token}
        async with self._http.post(address, json=body, headers=headers) as answer:
            await answer.read()
        self.errors += answer.status != 200
        return time.perf_counter() - began


class Through:
    """Visitors of the service, each with a socket; a turn ends with the bot's reply on it."""

    def __init__(self, visitor: Visitor, ws: websockets.ClientConnection) -> None:
        self.visitor, self._ws = visitor, ws
        self.handled_over = 0
        self._beating = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        """Who says nothing for 40 s is taken for gone."""
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await asyncio.sleep(15)
                await self._ws.send('{"type": "ping"}')

    async def turn(self, text: str) -> tuple[float, str]:
        """The moment the reply arrived (Unix seconds), and the conversation."""
        content = {"type": "text", "text": text}
        await self._ws.send(json.dumps({"type": "send", "client_id": str(uuid4()), "content": content}))
        async with asyncio.timeout(15):
            async for raw in self._ws:
                frame = json.loads(raw)
                if frame["type"] == "message":
                    message = frame["message"]
                    if message["author"]["kind"] == "bot":
                        return time.time(), message["conversation_id"]
                    if message["content"].get("name") == "bot_unavailable":
                        self.handled_over += 1
                        return time.time(), message["conversation_id"]
        raise ConnectionError("the socket closed")

    async def close(self) -> None:
        self._beating.cancel()
        await self._ws.close()


async def _through(http: httpx.AsyncClient, instance: Instance) -> Through:
    visitor = await Visitor.enter(http, instance.url)
    ticket = await visitor.ticket()
    address = f"{instance.url.replace('http', 'ws', 1)}/api/visitor/v1/socket?ticket={ticket}&after=0"
    return Through(visitor, await websockets.connect(address, proxy=None))


async def _measure(instance: Instance, result: Result) -> None:
    token = read_secrets(instance.data_dir)["bot_token"]
    rasa = instance.child("rasa")
    assert rasa is not None
    url = f"http://127.0.0.1:{_port(rasa.cmdline())}"
    database = running_url(instance.data_dir)
    assert database is not None
    db = Database(database, pool_size=2)
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    async with client(instance.url, limits=limits) as http, aiohttp.ClientSession() as session:
        alone = Alone(session, url, token)
        few = [await _through(http, instance) for _ in range(FEW)]
        await _latency(result, alone, few, db)
        many = [await _through(http, instance) for _ in range(ABREAST)]
        await _rate(result, alone, many)
        guests = few + many
        result.add("turns that failed", alone.errors + sum(g.handled_over for g in guests), "", most=0)
        for guest in guests:
            await guest.close()
    await db.close()


def _port(command: list[str]) -> int:
    for flag in ("-p", "--port"):
        if flag in command:
            return int(command[command.index(flag) + 1])
    raise LookupError(f"no port in {command}")


async def _latency(result: Result, alone: Alone, guests: list[Through], db: Database) -> None:
    """One turn at a time, alternating."""
    direct: list[float] = []
    arrived: list[tuple[float, str]] = []
    talk = [str(uuid4()) for _ in guests]
    for n in range(PAIRS + 5):
        text = WORDS[n % len(WORDS)]
        direct.append(await alone.turn(talk[n % len(talk)], text))
        arrived.append(await guests[n % len(guests)].turn(text))
    inside, outside = await _clocks(db, arrived)
    direct, inside, outside = direct[5:], inside[5:], outside[5:]  # the first ones warm up
    result.times("Rasa alone", direct)
    result.times("service, from lease to commit", inside)
    result.times("service, from the end of the quiet gap to the visitor's socket", outside)
    for share, name, most in ((0.5, "p50", 15), (0.95, "p95", 30)):
        added = percentile(outside, share) - percentile(direct, share)
        result.add(f"added by the service {name}", added * 1000, "ms", most=most)


async def _clocks(db: Database, arrived: list[tuple[float, str]]) -> tuple[list[float], list[float]]:
    """For each turn, in the order of the replies: lease to commit, and end of the gap to arrival."""
    t, m = s.turn.c, s.message.c
    async with db.begin() as tx:
        turns = await tx.all(
            sa.select(t.conversation_id, t.started_at, t.ended_at)
            .where(t.state == "done")
            .order_by(t.started_at)
        )
        said = await tx.all(
            sa.select(m.conversation_id, m.created_at).where(m.author == "visitor").order_by(m.created_at)
        )
    by_turn, by_said = _lists(turns), _lists(said)
    inside, outside = [], []
    for at, conversation_id in arrived:
        turn, message = by_turn[conversation_id].pop(0), by_said[conversation_id].pop(0)
        inside.append((turn.ended_at - turn.started_at).total_seconds())
        due: datetime = message.created_at + QUIET_GAP
        outside.append(at - due.timestamp())
    return inside, outside


def _lists(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row.conversation_id), []).append(row)
    return found


async def _rate(result: Result, alone: Alone, guests: list[Through]) -> None:
    """As many as each can take, in turns of a few seconds: A B A B A B."""
    direct: list[float] = []
    through: list[float] = []
    talk = [str(uuid4()) for _ in guests]

    async def ask(n: int, k: int) -> None:
        await alone.turn(talk[(n * 7 + k) % len(talk)], WORDS[k % len(WORDS)])

    async def say(n: int, k: int) -> None:
        await guests[n].turn(WORDS[k % len(WORDS)])

    for _ in range(ROUNDS):
        direct.append(await _loop(BOT_ABREAST, ask))
        through.append(await _loop(len(guests), say))
    best, ours = sorted(direct)[ROUNDS // 2], sorted(through)[ROUNDS // 2]
    result.add(f"Rasa alone, {BOT_ABREAST} at a time", best, "turns/s")
    result.add(f"through the service, {len(guests)} visitors", ours, "turns/s")
    result.add("through the service, of Rasa alone", ours / best * 100, "%", least=90)


async def _loop(workers: int, job: Callable[[int, int], Awaitable[None]]) -> float:
    done, ends = 0, time.perf_counter() + ROUND_S

    async def worker(n: int) -> None:
        nonlocal done
        k = n
        while time.perf_counter() < ends:
            await job(n, k)
            done += 1
            k += 1

    began = time.perf_counter()
    await asyncio.gather(*(worker(n) for n in range(workers)))
    return done / (time.perf_counter() - began)
