"""Releases and a rollback while many people talk with the bot."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil
import pytest

from core.db import driver_url
from supervisor.bot_model import wanted_model
from supervisor.postgres import running_url
from tests.support import instance as instances
from tests.support.instance import ROOT, Instance
from tests.support.people import Agent
from tests.support.script import Crowd, faults_of, write

pytestmark = [pytest.mark.faults, pytest.mark.rasa]

#: A turn that took longer than this was late, though it was answered.
LATE_S = 4.0


@dataclass(frozen=True)
class Plan:
    """releases: how many before the rollback; pause_s: between two messages of one visitor."""

    visitors: int
    releases: int
    pause_s: tuple[float, float]


SMALL = Plan(40, 1, (10.0, 25.0))
WHOLE = Plan(200, 3, (8.0, 25.0))


@pytest.fixture
def twins() -> Iterator[list[str]]:
    """Two more models: files of other names with the content of the present one."""
    made = [ROOT / "models" / f"release-test-{os.getpid()}-{n}.tar.gz" for n in (1, 2)]
    try:
        for path in made:
            shutil.copyfile(wanted_model(), path)
        yield [path.name for path in made]
    finally:
        for path in made:
            path.unlink(missing_ok=True)


@dataclass
class Measured:
    """What releases cost; told at the end, never asserted: machines differ."""

    seconds: list[float] = field(default_factory=list)
    most_mb: float = 0.0

    async def watch(self, instance: Instance) -> None:
        """The memory of all processes of Rasa together, again and again."""
        while True:
            self.most_mb = max(self.most_mb, await asyncio.to_thread(rasa_mb, instance))
            await asyncio.sleep(2)


def rasa_mb(instance: Instance) -> float:
    total = 0.0
    for process in psutil.Process(instance.process.pid).children(recursive=True):
        try:
            if {"rasa", "run"} <= {Path(word).name for word in process.cmdline()[:6]}:
                total += process.memory_info().rss / 1e6
        except psutil.Error:
            continue
    return total


async def turns_of(instance: Instance) -> tuple[int, int, float]:
    """All turns of the bot, those that were late, and the longest in seconds."""
    url = running_url(instance.data_dir)
    assert url is not None
    db = await asyncpg.connect(driver_url(url))
    try:
        rows = await db.fetch(
            "select extract(epoch from ended_at - started_at)::float as s from turn "
            "where ended_at is not null"
        )
    finally:
        await db.close()
    return len(rows), sum(row["s"] > LATE_S for row in rows), max(row["s"] for row in rows)


async def settled(trainer: Agent, release: dict[str, object]) -> dict[str, object]:
    """The row of a release once it is live or has failed."""
    async with asyncio.timeout(300):
        while True:
            shown = await trainer.get("/models")
            row = next(r for r in shown["history"] if r["id"] == release["id"])
            if row["state"] != "asked":
                return {**row, "answers": shown["live"]}
            await asyncio.sleep(1)


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(SMALL, id="small", marks=pytest.mark.timeout(600)),
        pytest.param(WHOLE, id="whole", marks=[pytest.mark.long, pytest.mark.timeout(1500)]),
    ],
)
async def test_releases_and_a_rollback_lose_no_message_and_leave_nobody_without_an_answer(plan, twins):
    dice, crowd, measured = random.Random(7), Crowd(), Measured()
    scale = float(os.environ.get("KETING_TEST_SCALE") or 1)
    with instances.running(with_bot=True) as instance:
        trainer = await Agent.enter(instance.url, "admin", instance.admin_password())
        first = (await trainer.get("/models"))["live"]
        models = [*twins, first][: plan.releases]
        before = [first, *models][-2]
        alone_mb = rasa_mb(instance)
        watching = asyncio.create_task(measured.watch(instance))
        talking = asyncio.create_task(
            write(
                instance.url,
                crowd,
                visitors=max(1, int(plan.visitors * scale)),
                messages=100_000,
                dice=dice,
                pause_s=plan.pause_s,
                until=(done := asyncio.Event()),
            )
        )
        answers = []
        try:
            for wish in (*({"model": model} for model in models), None):
                began = time.monotonic()
                path = "/models/release" if wish else "/models/rollback"
                answers.append(await settled(trainer, await trainer.post(path, wish)))
                measured.seconds.append(round(time.monotonic() - began, 1))
        finally:
            done.set()
            await talking
            watching.cancel()
        shown = await trainer.get("/models")
        await trainer.http.aclose()
        turns, late, longest_s = await turns_of(instance)
    print(f"releases took {measured.seconds} s; Rasa {alone_mb:.0f} MB, {measured.most_mb:.0f} MB with two")
    print(f"{turns} turns, {late} took longer than {LATE_S} s, the longest {longest_s:.1f} s")
    assert [(a["state"], a["answers"]) for a in answers] == [("live", model) for model in (*models, before)]
    assert shown["live"] == before
    assert faults_of(crowd) == []
    unanswered = [
        m["content"]["name"]
        for history in crowd.histories
        for m in history
        if m["content"]["type"] == "event" and m["content"]["name"] == "bot_unavailable"
    ]
    assert unanswered == []


@pytest.mark.timeout(300)
async def test_a_model_that_does_not_load_is_not_released_and_the_old_one_goes_on():
    broken = ROOT / "models" / f"release-test-{os.getpid()}-broken.tar.gz"
    broken.write_bytes(b"this is no model")
    try:
        with instances.running(with_bot=True) as instance:
            trainer = await Agent.enter(instance.url, "admin", instance.admin_password())
            before = (await trainer.get("/models"))["live"]
            row = await settled(trainer, await trainer.post("/models/release", {"model": broken.name}))
            assert row["state"] == "failed" and row["answers"] == before
            understood = await trainer.post("/models/try", {"text": "我要退货"})
            assert understood["intent"]["name"] == "request_return"
            await trainer.http.aclose()
    finally:
        broken.unlink()
