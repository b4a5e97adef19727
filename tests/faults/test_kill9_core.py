"""Five hundred messages while the processes of the core are killed at random: nothing acknowledged is lost,
no order broken, nobody left in silence; and the same check finds a core that is wrong on purpose.

KETING_TEST_SEED repeats a run; the seed of each is printed.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core import schema as s
from core.wording import EVENTS
from tests.fakes.bot_server import BotServer, bot_server
from tests.support.core_worker import Job, work
from tests.support.world import World, opened

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

VISITORS, MESSAGES = 40, 500
WORKERS, KILLS = 2, 10
NOTICES = {words for event in EVENTS.values() for words in (event.zh, event.en)}


@dataclass
class Outcome:
    seed: int
    kills: int = 0
    acknowledged: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    stored: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    delivered: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    waiting: set[str] = field(default_factory=set)
    turns_of_bot: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        return [*self.lost(), *self.disorder(), *self.silence(), *self.duplicates()]

    def lost(self) -> Iterator[str]:
        for who, numbers in self.acknowledged.items():
            for number in numbers:
                if self.stored[who].count(number) != 1:
                    yield f"{who}: message {number} is stored {self.stored[who].count(number)} times"

    def disorder(self) -> Iterator[str]:
        for who, numbers in self.stored.items():
            if numbers != sorted(numbers):
                yield f"{who}: stored as {numbers}"
        for who, lines in self.delivered.items():
            keys = list(dict.fromkeys(line["key"] for line in lines))
            answered = list(dict.fromkeys(answered_in(lines)))
            if keys != sorted(keys) or answered != sorted(answered):
                yield f"{who}: replies came as {keys}, about {answered}"

    def silence(self) -> Iterator[str]:
        """Each message is answered, unless its visitor is in line and was told so."""
        for who, numbers in self.acknowledged.items():
            told = any(line["text"] in NOTICES for line in self.delivered[who])
            missing = set(numbers) - set(answered_in(self.delivered[who]))
            if missing and not (who in self.waiting and told):
                yield f"{who}: no answer to {sorted(missing)}"

    def duplicates(self) -> Iterator[str]:
        repeated = sum(len(lines) - len({line["key"] for line in lines}) for lines in self.delivered.values())
        # A killed sender has several heads in flight, but of different conversations: one each to a reader.
        for who, lines in self.delivered.items():
            times = Counter(line["key"] for line in lines)
            if sum(times.values()) - len(times) > self.kills:
                yield f"{who}: {times}"
        if repeated > self.kills * 5:
            yield f"{repeated} duplicates after {self.kills} kills"
        if len(set(self.turns_of_bot)) != len(self.turns_of_bot):
            yield "a turn ran twice"


def answered_in(lines: list[dict[str, Any]]) -> list[int]:
    return [int(n) for line in lines for n in re.findall(r"m(\d+)", line["text"])]


@dataclass
class House:
    """The running workers; each has a name, a socket, and a process that may be replaced at any time."""

    folder: Path
    job: dict[str, str]
    chance: random.Random
    processes: dict[int, Any] = field(default_factory=dict)
    kills: int = 0

    def start(self, number: int) -> None:
        socket = self.folder / f"{number}.sock"
        socket.unlink(missing_ok=True)
        job = Job(socket=str(socket), **self.job)
        process = multiprocessing.get_context("forkserver").Process(target=work, args=(job,), daemon=True)
        process.start()
        self.processes[number] = process

    async def kill_one(self) -> None:
        number = self.chance.choice(list(self.processes))
        async with asyncio.timeout(60):
            while not await self.is_up(number):
                await asyncio.sleep(0.02)
        await asyncio.sleep(self.chance.uniform(0.3, 2.5))
        process = self.processes[number]
        process.kill()
        await asyncio.to_thread(process.join)
        self.kills += 1
        self.start(number)

    async def is_up(self, number: int) -> bool:
        try:
            _, writer = await asyncio.open_unix_connection(self.folder / f"{number}.sock")
        except OSError:
            return False
        writer.close()
        return True

    async def deliver(self, message: dict[str, str]) -> None:
        """As a platform does: again and again, to any of the workers, until it is acknowledged."""
        line = json.dumps(message).encode() + b"\n"
        while True:
            socket = self.folder / f"{self.chance.choice(list(self.processes))}.sock"
            with suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
                reader, writer = await asyncio.open_unix_connection(socket)
                try:
                    writer.write(line)
                    async with asyncio.timeout(10):
                        if await reader.readline():
                            return
                finally:
                    writer.close()
            await asyncio.sleep(0.02)

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.join()
            process.close()


@contextmanager
def house(url: str, bot: BotServer, variant: str, chance: random.Random) -> Iterator[House]:
    multiprocessing.get_context("forkserver").set_forkserver_preload(["tests.support.core_worker"])
    with tempfile.TemporaryDirectory(prefix="keting-") as name:
        folder = Path(name)
        job = {"database": url, "bot": bot.url, "platform": str(folder / "platform"), "variant": variant}
        made = House(folder, job, chance)
        for number in range(WORKERS):
            made.start(number)
        try:
            yield made
        finally:
            made.stop()


def script(chance: random.Random, messages: int) -> dict[str, list[str]]:
    """What each visitor says; a few meet a bot that fails or hangs half-way through."""
    said: dict[str, list[str]] = {f"v{n}": [] for n in range(VISITORS)}
    for number in range(messages):
        who = f"v{number % VISITORS}"
        said[who].append(f"m{number // VISITORS}")
    for who, fault in zip(chance.sample(sorted(said), 3), ("[fail]", "[fail]", "[hang]"), strict=True):
        said[who][chance.randrange(1, 4)] += f" {fault}"
    return said


async def play(
    url: str, variant: str, seed: int, messages: int = MESSAGES, longest_pause_s: float = 1.2
) -> Outcome:
    chance, outcome = random.Random(seed), Outcome(seed)
    with bot_server() as bot, house(url, bot, variant, chance) as core:

        async def talk(who: str, words: list[str]) -> None:
            for number, text in enumerate(words):
                await asyncio.sleep(chance.uniform(0, longest_pause_s))
                await core.deliver({"sender": who, "key": f"{who}-{number}", "text": text})
                outcome.acknowledged[who].append(number)

        async def kill() -> None:
            while core.kills < KILLS:
                await core.kill_one()

        talks = [asyncio.create_task(talk(who, words)) for who, words in script(chance, messages).items()]
        await asyncio.gather(kill(), *talks)
        outcome.kills = core.kills
        async with opened(url) as world:
            await until_quiet(world)
            await read_back(world, outcome)
        for line in (core.folder / "platform").read_text("utf-8").splitlines():
            record = json.loads(line)
            outcome.delivered[record["to"]].append(record)
    outcome.turns_of_bot = bot.ran
    return outcome


async def until_quiet(world: World) -> None:
    """Every turn handled and every reply out."""
    pending = sa.select(sa.func.count()).where(s.outbox.c.state == "pending")
    owed = sa.select(sa.func.count()).where(s.work.c.due_at.is_not(None))
    async with asyncio.timeout(90):
        while True:
            async with world.db.begin() as tx:
                if await tx.value(pending) == 0 == await tx.value(owed):
                    return
            await asyncio.sleep(0.2)


async def read_back(world: World, outcome: Outcome) -> None:
    m, i, c = s.message.c, s.identity.c, s.conversation.c
    said = (
        sa.select(i.external_id, m.content)
        .join(s.identity, i.id == m.identity_id)
        .where(m.author == "visitor")
        .order_by(m.visitor_id, m.position)
    )
    in_line = sa.select(i.external_id).join(s.conversation, c.identity_id == i.id).where(c.state == "waiting")
    async with world.db.begin() as tx:
        for row in await tx.all(said):
            outcome.stored[row.external_id] += answered_in([row.content])
        outcome.waiting = {row.external_id for row in await tx.all(in_line)}


def seeds() -> int:
    seed = int(os.environ.get("KETING_TEST_SEED") or random.randrange(10**6))
    print(f"KETING_TEST_SEED={seed}")
    return seed


async def test_nothing_acknowledged_is_lost_and_nobody_is_left_in_silence(database: str) -> None:
    outcome = await play(database, "ours", seeds())
    assert sum(map(len, outcome.acknowledged.values())) == MESSAGES
    assert outcome.kills == KILLS
    assert 3 <= len(outcome.waiting) < VISITORS / 2  # most are answered by the bot, or this shows nothing
    assert outcome.faults() == []


@pytest.mark.parametrize("variant", ["acknowledges first", "marks first"])
async def test_the_same_check_finds_a_core_that_is_wrong_on_purpose(database: str, variant: str) -> None:
    # spread over all the kills
    outcome = await play(database, variant, seeds(), messages=200, longest_pause_s=6)
    found = [*outcome.lost(), *outcome.silence()]
    assert found, f"{outcome.kills} kills and no fault seen"
