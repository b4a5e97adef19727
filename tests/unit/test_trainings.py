"""A training that is wished for: told while it runs, one at a time, stopped when asked, and never twice."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from core.settings import load_settings
from supervisor.bot_training import Trainings
from supervisor.errors import StepFailed

SAYS = """
import sys
print("bot.train:  25% learning intents", file=sys.stderr)
print("models/keting-new.tar.gz")
"""
FAILS = """
import sys
print("bot.train:  25% learning intents", file=sys.stderr)
sys.exit("intent 'x' has no examples")
"""
#: Goes on until it is stopped, and says when it has begun.
LASTS = """
import sys, time
print("bot.train:  50% learning emotions", file=sys.stderr, flush=True)
time.sleep(600)
"""


class Workshop:
    """A supervisor's trainings with a stand-in for the command that trains."""

    def __init__(self, folder) -> None:
        settings = load_settings({"KETING_DATA_DIR": str(folder / "var")}, env_file=None)
        self.wish_path = settings.train_wish_path
        self.script = SAYS
        self.said: list[str] = []
        self.trainings = Trainings(settings, lambda part, text: self.said.append(text.en), self.command)

    def command(self) -> list[str]:
        return [sys.executable, "-c", self.script]

    def wish(self, **content: Any) -> None:
        self.wish_path.write_text(json.dumps(content), "utf-8")

    async def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async with asyncio.timeout(30):
            while not holds(told := self.trainings.follow() or {}):
                await asyncio.sleep(0.02)
        return told


@pytest.fixture
async def workshop(tmp_path):
    made = Workshop(tmp_path)
    yield made
    await made.trainings.stop()


def is_over(told: dict[str, Any]) -> bool:
    return told.get("state") in ("done", "failed", "cancelled")


async def test_a_wish_is_taken_up_once_and_the_new_model_is_named(workshop):
    assert workshop.trainings.follow() is None
    workshop.wish(id="a", asked_by="somebody")
    told = await workshop.until(is_over)
    assert (told["state"], told["model"], told["percent"]) == ("done", "keting-new.tar.gz", 100)
    assert (told["id"], told["asked_by"]) == ("a", "somebody")
    for _ in range(3):  # until who wished it has read that it was taken up
        assert workshop.trainings.follow() == told
    assert not workshop.wish_path.exists() and len(workshop.said) == 2


async def test_a_failed_training_is_told_with_the_end_of_its_log(workshop):
    workshop.script = FAILS
    workshop.wish(id="a")
    told = await workshop.until(is_over)
    assert (told["state"], told["model"]) == ("failed", None)
    assert "intent 'x' has no examples" in told["detail"]
    workshop.script = SAYS
    workshop.wish(id="b")
    assert (await workshop.until(lambda told: told["id"] == "b" and is_over(told)))["state"] == "done"


async def test_a_running_one_tells_its_step_ignores_a_second_wish_and_ends_when_cancelled(workshop):
    workshop.script = LASTS
    workshop.wish(id="a")
    told = await workshop.until(lambda told: told["percent"] == 50)
    assert (told["state"], told["step"]) == ("running", "learning emotions")
    workshop.wish(id="b")
    assert (workshop.trainings.follow() or {})["id"] == "a"
    workshop.wish(cancel="b")
    assert (workshop.trainings.follow() or {})["state"] == "running"
    workshop.wish(cancel="a")
    assert (await workshop.until(is_over))["state"] == "cancelled"


async def test_a_command_that_cannot_be_run_is_a_failure_in_words(workshop):
    workshop.script = "import sys; sys.exit(3)"
    workshop.wish(id="a")
    assert (await workshop.until(is_over))["state"] == "failed"


@pytest.mark.parametrize("content", ["", "[]", "{", '{"x": 1}'])
async def test_what_is_no_wish_is_put_away(workshop, content):
    workshop.wish_path.write_text(content, "utf-8")
    assert workshop.trainings.follow() is None and not workshop.wish_path.exists()


async def test_one_that_nobody_asked_for_is_told_like_the_others_and_gives_its_model(workshop):
    model = await workshop.trainings.unasked()
    assert model is not None and model.name == "keting-new.tar.gz"
    told = workshop.trainings.follow() or {}
    assert (told["state"], told["asked_by"]) == ("done", None) and told["id"] and told["asked_at"]


async def test_one_that_nobody_asked_for_fails_in_words_and_gives_nothing_when_cancelled(workshop):
    workshop.script = FAILS
    with pytest.raises(StepFailed, match="intent 'x' has no examples"):
        await workshop.trainings.unasked()
    workshop.script = LASTS
    waiting = asyncio.create_task(workshop.trainings.unasked())
    told = await workshop.until(lambda told: told["percent"] == 50)
    workshop.wish(id="b", asked_by="somebody")  # while it runs there is no other
    assert (workshop.trainings.follow() or {})["id"] == told["id"]
    workshop.wish(cancel=told["id"])
    assert (await workshop.until(is_over))["state"] == "cancelled"
    assert await waiting is None


async def test_a_training_that_runs_already_is_waited_for(workshop):
    workshop.wish(id="a")
    workshop.trainings.follow()
    model = await workshop.trainings.unasked()
    assert model is not None and (workshop.trainings.follow() or {})["id"] == "a"
