"""Releasing a model and going back: what is wished for, what is taken down of it, and what is refused."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import Any

import pytest

from core import events
from learning import releases
from learning.schema import bot_release
from tests.fixtures.desk import running_desk

OLD, NEW = "keting-old.tar.gz", "keting-new.tar.gz"


class Released:
    """The desk beside a supervisor that reports what we say."""

    def __init__(self, desk, folder) -> None:
        self.desk = desk
        self.settings = desk.app.ctx.settings
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.models = folder / "models"
        self.models.mkdir()
        desk.app.ctx.models = self.models
        for name in (OLD, NEW):
            (self.models / name).write_bytes(b"x" * 10)

    async def report(
        self, model: str | None, release: dict[str, Any] | None = None, training: dict[str, Any] | None = None
    ) -> None:
        said: dict[str, Any] = {"stage": "starting", "url": "http://127.0.0.1:1", "model": model}
        said |= {"release": release, "training": training}
        self.settings.bot_status_path.write_text(json.dumps(said), "utf-8")
        await self.desk.app.ctx.status.refresh()
        await releases.settle(self.desk.db, self.desk.app.ctx.status.release)

    async def becomes_live(self, row: dict[str, Any]) -> None:
        await self.report(row["model"], {"id": row["id"], "model": row["model"], "state": "live"})

    def wish(self) -> dict[str, Any] | None:
        return self._content(self.settings.bot_wish_path)

    def training_wish(self) -> dict[str, Any] | None:
        return self._content(self.settings.train_wish_path)

    def _content(self, path) -> dict[str, Any] | None:
        return json.loads(path.read_text("utf-8")) if path.exists() else None


@pytest.fixture
async def released(desk, tmp_path):
    made = Released(desk, tmp_path)
    await made.report(OLD)
    return made


async def test_a_release_is_wished_for_and_taken_down_when_it_is_live(desk, released):
    trainer = await desk.person("trainer")
    answer = await trainer.post("/models/release", {"model": NEW})
    row = answer.json()
    assert answer.status_code == 202 and (row["state"], row["before"]) == ("asked", OLD)
    assert released.wish() == {"id": row["id"], "model": NEW}
    await released.becomes_live(row)
    shown = (await trainer.get("/models")).json()
    assert shown["live"] == NEW
    assert {m["name"] for m in shown["models"]} == {OLD, NEW}
    assert [(r["model"], r["state"], r["asked_by"], r["asked_by_name"]) for r in shown["history"]] == [
        (NEW, "live", str(trainer.id), "trainer")
    ]


async def test_going_back_wishes_for_the_model_that_answered_before(desk, released):
    trainer = await desk.person("trainer")
    await released.becomes_live((await trainer.post("/models/release", {"model": NEW})).json())
    back = (await trainer.post("/models/rollback")).json()
    assert released.wish() == {"id": back["id"], "model": OLD}


async def test_a_release_that_failed_is_told_with_its_reason_and_leaves_room_for_another(desk, released):
    trainer = await desk.person("trainer")
    row = (await trainer.post("/models/release", {"model": NEW})).json()
    failed = {"id": row["id"], "model": NEW, "state": "failed", "detail": "does not load"}
    await released.report(OLD, failed)
    shown = (await trainer.get("/models")).json()
    assert (shown["live"], shown["history"][0]["state"], shown["history"][0]["detail"]) == (
        OLD,
        "failed",
        "does not load",
    )
    assert (await trainer.post("/models/release", {"model": NEW})).status_code == 202


@pytest.mark.parametrize("model", ["nowhere.tar.gz", "../models/keting-new.tar.gz", "", "notes.txt"])
async def test_what_is_no_model_is_not_wished_for(desk, released, model):
    (released.models / "notes.txt").write_text("x")
    trainer = await desk.person("trainer")
    before = await desk.counts()
    assert (await trainer.post("/models/release", {"model": model})).status_code == 404
    assert await desk.counts() == before and released.wish() is None


async def test_a_second_release_waits_for_the_first(desk, released):
    trainer = await desk.person("trainer")
    first = (await trainer.post("/models/release", {"model": NEW})).json()
    before, wish = await desk.counts(), released.wish()
    answer = await trainer.post("/models/release", {"model": OLD})
    assert (answer.status_code, answer.json()["error"]) == (409, "release_under_way")
    assert await desk.counts() == before and released.wish() == wish
    desk.clock.move(timedelta(minutes=11))  # nobody answered: the supervisor is not there
    fresh = await desk.signed_in(trainer.id, "trainer")
    assert (await fresh.post("/models/release", {"model": NEW})).status_code == 202
    history = (await fresh.get("/models")).json()["history"]
    assert [(r["id"] == first["id"], r["state"]) for r in history] == [(False, "asked"), (True, "failed")]


async def test_there_is_nothing_to_go_back_to_before_the_first_release(desk, released):
    trainer = await desk.person("trainer")
    assert (await trainer.post("/models/rollback")).status_code == 404
    assert await desk.count(bot_release) == 0 and released.wish() is None


async def test_a_bot_that_is_run_elsewhere_is_not_released_from_here(desk, released):
    await released.report(None)
    trainer = await desk.person("trainer")
    answer = await trainer.post("/models/release", {"model": NEW})
    assert (answer.status_code, answer.json()["error"]) == (409, "bot_not_ours")
    assert await desk.count(bot_release) == 0 and released.wish() is None
    assert (await trainer.get("/models")).json()["can_release"] is False


# -- training ------------------------------------------------------------------------------------------------


async def training(person) -> dict[str, Any] | None:
    return (await person.get("/models")).json()["training"]


async def test_a_training_is_wished_for_and_followed_until_the_new_model_is_there(desk, released):
    trainer = await desk.person("trainer")
    assert await training(trainer) is None
    asked = await trainer.post("/models/train")
    assert (asked.status_code, asked.json()["state"]) == (202, "asked")
    wish = released.training_wish()
    assert wish is not None and (wish["id"], wish["asked_by"]) == (asked.json()["id"], str(trainer.id))
    assert (await training(trainer) or {})["state"] == "asked"

    told = {**wish, "percent": 40, "step": "learning intents", "model": None, "detail": ""}
    await released.report(OLD, training={**told, "state": "running"})
    shown = await training(trainer) or {}
    assert (shown["state"], shown["percent"], shown["step"]) == ("running", 40, "learning intents")
    released.settings.train_wish_path.unlink()  # as soon as that has been read
    assert (await training(trainer) or {})["state"] == "running"
    await released.report(OLD, training={**told, "state": "done", "model": NEW})
    assert (await training(trainer) or {})["model"] == NEW
    assert (await trainer.get("/models")).json()["live"] == OLD  # nobody is answered by it yet


async def test_one_training_at_a_time(desk, released):
    trainer = await desk.person("trainer")
    await trainer.post("/models/train")
    before, wish = await desk.counts(), released.training_wish()
    again = await trainer.post("/models/train")
    assert (again.status_code, again.json()["error"]) == (409, "training_under_way")
    assert await desk.counts() == before and released.training_wish() == wish
    released.settings.train_wish_path.unlink()
    await released.report(OLD, training={"id": "a", "state": "running"})
    assert (await trainer.post("/models/train")).status_code == 409
    assert released.training_wish() is None
    await released.report(OLD, training={"id": "a", "state": "failed", "detail": "no memory"})
    assert (await training(trainer) or {})["detail"] == "no memory"
    assert (await trainer.post("/models/train")).status_code == 202


async def test_a_wish_that_nobody_takes_up_does_not_lie_in_the_way_for_ever(desk, released):
    trainer = await desk.person("trainer")
    await trainer.post("/models/train")
    desk.clock.move(timedelta(minutes=2))
    assert (await training(trainer) or {})["state"] == "failed"
    assert (await trainer.post("/models/train")).status_code == 202


async def test_a_training_is_cancelled_and_only_one_that_runs(desk, released):
    trainer, before = await desk.person("trainer"), await desk.counts()
    nothing = await trainer.send("DELETE", "/models/train")
    assert (nothing.status_code, nothing.json()["error"]) == (409, "no_training")
    assert {**await desk.counts(), "agent": 0, "login": 0} == {**before, "agent": 0, "login": 0}
    await released.report(OLD, training={"id": "a", "state": "running"})
    assert (await trainer.send("DELETE", "/models/train")).status_code == 202
    assert released.training_wish() == {"cancel": "a"}


async def test_nothing_is_trained_when_there_is_a_model_of_the_present_data(desk, released):
    trainer = await desk.person("trainer")
    present = (await trainer.get("/models")).json()["data"]
    assert present["is_trained"] is False
    (released.models / present["model"]).write_bytes(b"x")
    before = await desk.counts()
    answer = await trainer.post("/models/train")
    assert (answer.status_code, answer.json()["error"]) == (409, "nothing_to_train")
    assert present["model"] in answer.json()["message"]
    assert (await trainer.get("/models")).json()["data"]["is_trained"] is True
    assert await desk.counts() == before and released.training_wish() is None


@pytest.mark.parametrize("role", ["agent", "staff"])
async def test_who_does_not_train_wishes_for_nothing(desk, released, role):
    person = await desk.person(role)
    before = await desk.counts()
    assert (await person.post("/models/train")).status_code == 403
    assert (await person.send("DELETE", "/models/train")).status_code == 403
    assert await desk.counts() == before and released.training_wish() is None


async def test_a_bot_that_is_run_elsewhere_is_not_trained_from_here(desk, released):
    await released.report(None)
    trainer = await desk.person("trainer")
    answer = await trainer.post("/models/train")
    assert (answer.status_code, answer.json()["error"]) == (409, "bot_not_ours")
    assert released.training_wish() is None


async def test_examples_that_the_bot_is_not_trained_with_start_no_training(database, tmp_path):
    async with running_desk(database, tmp_path, KETING_TRAINING_DATA=str(tmp_path)) as desk:
        released = Released(desk, tmp_path)
        await released.report(OLD)
        trainer = await desk.person("trainer")
        answer = await trainer.post("/models/train")
        assert (answer.status_code, answer.json()["error"]) == (409, "examples_elsewhere")
        assert released.training_wish() is None


async def test_changes_of_examples_are_counted_since_the_live_model_was_trained(desk, released):
    trainer = await desk.person("trainer")

    async def counted() -> int | None:
        changes: int | None = (await trainer.get("/models")).json()["data"]["changes"]
        return changes

    trained = desk.clock.now().timestamp()
    os.utime(released.models / OLD, (trained, trained))
    async with desk.db.begin() as tx:
        await events.audit(tx, "agent:x", "example.added", "intent:greet")  # at that very moment: known to it
    assert await counted() == 0
    desk.clock.move(timedelta(seconds=1))
    async with desk.db.begin() as tx:
        for verb in ("example.added", "example.removed", "canned.created"):
            await events.audit(tx, "agent:x", verb, "intent:greet")
    assert await counted() == 2
    await released.report(None)
    assert await counted() is None
