"""Three releases and a rollback while two hundred people talk with the bot."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
from collections.abc import Iterator

import pytest

from tests.support import instance as instances
from tests.support.instance import ROOT
from tests.support.people import Agent
from tests.support.script import Crowd, faults_of, write

pytestmark = [pytest.mark.faults, pytest.mark.rasa, pytest.mark.long]

#: Seconds between two messages of one visitor.
PAUSE_S = (8.0, 25.0)


@pytest.fixture
def twins() -> Iterator[list[str]]:
    """Two more models: files of other names with the content of the newest."""
    folder = ROOT / "models"
    newest = max(folder.glob("keting-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    made = [folder / f"release-test-{os.getpid()}-{n}.tar.gz" for n in (1, 2)]
    for path in made:
        shutil.copyfile(newest, path)
    yield [path.name for path in made]
    for path in made:
        path.unlink()


async def settled(trainer: Agent, release: dict[str, object]) -> dict[str, object]:
    """The row of a release once it is live or has failed."""
    async with asyncio.timeout(300):
        while True:
            shown = await trainer.get("/models")
            row = next(r for r in shown["history"] if r["id"] == release["id"])
            if row["state"] != "asked":
                return {**row, "answers": shown["live"]}
            await asyncio.sleep(1)


@pytest.mark.timeout(1500)
async def test_releases_and_a_rollback_lose_no_message_and_leave_nobody_without_an_answer(twins):
    dice = random.Random(7)
    crowd = Crowd()
    with instances.running(with_bot=True) as instance:
        trainer = await Agent.enter(instance.url, "admin", instance.admin_password())
        first = (await trainer.get("/models"))["live"]
        scale = float(os.environ.get("KETING_TEST_SCALE", 1))
        talking = asyncio.create_task(
            write(
                instance.url,
                crowd,
                visitors=int(200 * scale),
                messages=100_000,
                dice=dice,
                pause_s=PAUSE_S,
                until=(done := asyncio.Event()),
            )
        )
        answers = []
        try:
            for model in (*twins, first):
                release = await trainer.post("/models/release", {"model": model})
                answers.append(await settled(trainer, release))
            answers.append(await settled(trainer, await trainer.post("/models/rollback")))
        finally:
            done.set()
            await talking
        events = await trainer.get("/models")
    assert [(a["state"], a["answers"]) for a in answers] == [
        ("live", model) for model in (*twins, first, twins[1])
    ]
    assert events["live"] == twins[1]
    assert faults_of(crowd) == []
    unanswered = [
        m["content"]["name"]
        for history in crowd.histories
        for m in history
        if m["content"]["type"] == "event" and m["content"]["name"] == "bot_unavailable"
    ]
    assert unanswered == []


@pytest.mark.timeout(600)
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
    finally:
        broken.unlink()
