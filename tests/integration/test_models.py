"""Releasing a model and going back: what is wished for, what is taken down of it, and what is refused."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from learning import releases
from learning.schema import bot_release

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

    async def report(self, model: str | None, release: dict[str, Any] | None = None) -> None:
        said = {"stage": "starting", "url": "http://127.0.0.1:1", "model": model, "release": release}
        self.settings.bot_status_path.write_text(json.dumps(said), "utf-8")
        await self.desk.app.ctx.status.refresh()
        await releases.settle(self.desk.db, self.desk.app.ctx.status.release)

    async def becomes_live(self, row: dict[str, Any]) -> None:
        await self.report(row["model"], {"id": row["id"], "model": row["model"], "state": "live"})

    def wish(self) -> dict[str, Any] | None:
        path = self.settings.bot_wish_path
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
    assert [(r["model"], r["state"], r["asked_by"]) for r in shown["history"]] == [
        (NEW, "live", str(trainer.id))
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
