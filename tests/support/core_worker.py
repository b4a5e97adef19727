"""One process of the delivery core, for tests that kill it: messages in, turns of the bot, replies out.

Messages come over a unix socket, a JSON object a line; the line {"seq": n} that answers is the
acknowledgement.  Replies are appended to a file, a JSON object a line: where people read them.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import tickets.schema  # noqa: F401  the whole schema
from connectors.registry import Registry
from connectors.sender import Parcel, Sender
from core import inbox
from core.db import Database
from core.messages import Address, Content, Inbound, Text
from dialogue.client import HttpBot
from dialogue.dispatcher import Dispatcher
from handoff.router import Router
from tests.fakes.bot_server import TOKEN
from tests.support.world import Line

ROOT = Path(__file__).parents[2]
#: How long the wrong variants are open to a kill: so long that ten kills at random moments cannot all miss.
_WRONG_FOR_S = 1.0


@dataclass(frozen=True)
class Job:
    database: str
    bot: str
    socket: str
    platform: str
    variant: str = "ours"


class FileConnector:
    """A push channel without keys of its own: what it is given twice is read twice."""

    name = "file"
    pulls = False
    renders = frozenset({"text"})
    dedupes = False

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    async def send(self, to: Address, content: Content, *, key: str) -> None:
        await asyncio.sleep(0.1)  # a platform is far away
        assert isinstance(content, Text)
        line = json.dumps({"to": to.external_id, "key": int(key), "text": content.text}) + "\n"
        os.write(self._file, line.encode())


class MarksFirst(Sender):
    """Wrong on purpose: what is marked and then not sent is lost."""

    async def _send(self, parcel: Parcel) -> None:
        await self._settle(parcel, "sent", None)
        await asyncio.sleep(_WRONG_FOR_S)
        await self._deliver(parcel)


Accept = Callable[[Inbound], Awaitable[int]]


def _accepting(db: Database, variant: str) -> Accept:
    async def store(message: Inbound) -> int:
        return (await inbox.accept(db, message)).seq

    background: set[asyncio.Task[int]] = set()

    async def acknowledge_first(message: Inbound) -> int:
        """Wrong on purpose: the acknowledgement is on its way before anything is stored."""

        async def later() -> int:
            await asyncio.sleep(_WRONG_FOR_S)
            return await store(message)

        background.add(asyncio.create_task(later()))
        return 0

    return acknowledge_first if variant == "acknowledges first" else store


async def _run(job: Job) -> None:
    db = Database(job.database, pool_size=8)
    bot = HttpBot(job.bot, TOKEN, schema=ROOT / "bot" / "wire.schema.json", deadline_s=6)
    sender_type = MarksFirst if job.variant == "marks first" else Sender
    sender = sender_type(db, Registry([FileConnector(job.platform)]), send_s=2, lease=timedelta(seconds=4))
    dispatcher = Dispatcher(db, bot, Line(), deadline_s=6, lease=timedelta(seconds=7))
    accept = _accepting(db, job.variant)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            asked = json.loads(line)
            message = Inbound("file", asked["sender"], asked["key"], Text(text=asked["text"]), db.clock.now())
            seq = await accept(message)
            writer.write(json.dumps({"seq": seq}).encode() + b"\n")
            await writer.drain()

    server = await asyncio.start_unix_server(serve, job.socket)
    await asyncio.gather(server.serve_forever(), sender.run(), dispatcher.run(), Router(db).run())


def work(job: Job) -> None:
    """Until killed; and not longer than whoever started us."""
    log = os.open(f"{job.platform}.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
    asyncio.run(_run(job))
