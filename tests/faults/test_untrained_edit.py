"""The data were edited and nobody trained: who answers after the next start."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from supervisor.bot_model import wanted_model
from tests.support import instance as instances
from tests.support.instance import ROOT, Instance
from tests.support.people import Agent

pytestmark = [pytest.mark.faults, pytest.mark.rasa]


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """The project once more, with the environment of its bot, the vectors and the present model."""
    root = tmp_path / "clone"
    left_out = shutil.ignore_patterns(
        ".*", "node_modules", "models", "var", "tests", "docs", "bench", "__pycache__"
    )
    shutil.copytree(ROOT, root, ignore=left_out)
    (root / "bot" / ".venv").symlink_to(ROOT / "bot" / ".venv")
    (root / "models").mkdir()
    for path in (wanted_model(), ROOT / "models" / "vectors.sqlite"):
        shutil.copyfile(path, root / "models" / path.name)
    tmp_path.chmod(0o755)
    yield root
    shutil.rmtree(root)


def told(instance: Instance) -> dict[str, Any]:
    """What the supervisor says of the bot."""
    said: dict[str, Any] = json.loads((instance.data_dir / "bot-status.json").read_text("utf-8"))
    return said


def wait_for(instance: Instance, reached: Callable[[dict[str, Any]], bool]) -> None:
    """Until the supervisor says so; the bot is never given up meanwhile."""
    until = time.monotonic() + 400
    while not reached(told(instance)):
        assert told(instance)["stage"] in ("ready", "starting"), told(instance)
        assert time.monotonic() < until, instance.text()[-2000:]
        time.sleep(0.5)


async def understood(instance: Instance, words: str) -> str:
    trainer = await Agent.enter(instance.url, "admin", instance.admin_password())
    try:
        return str((await trainer.post("/models/try", {"text": words}))["intent"]["name"])
    finally:
        await trainer.http.aclose()


def edit(clone: Path, words: str) -> str:
    """One more example; returns the name of the model of the data that there are then."""
    (clone / "data" / "nlu" / "edited.yml").write_text(
        f'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - {words}\n', "utf-8"
    )
    asked = [sys.executable, "-m", "bot.train", "--print-path"]
    found = subprocess.run(asked, cwd=clone, check=True, capture_output=True, text=True).stdout
    return Path(found.strip()).name


@contextmanager
def up(clone: Path) -> Iterator[Instance]:
    instance = instances.start(clone.parent / "var", with_bot=True, root=clone)
    try:
        instance.wait_ready()
        wait_for(instance, lambda bot: bot["stage"] == "ready")
        yield instance
    finally:
        instance.stop()


@pytest.mark.timeout(900)
async def test_the_last_model_answers_until_the_new_one_does_or_where_the_new_one_cannot(clone):
    first = wanted_model().name
    with up(clone) as instance:
        instance.wait_bot()
        assert told(instance)["model"] == first

    second = edit(clone, "咕噜咕噜开门啦")
    with up(clone) as instance:
        assert told(instance)["model"] == first, instance.text()
        assert not (clone / "models" / second).exists()
        assert await understood(instance, "我要退货") == "request_return"
        wait_for(instance, lambda bot: bot["model"] != first)
        assert (told(instance)["model"], told(instance)["stage"]) == (second, "ready")
        training = told(instance)["training"]  # trainers have seen it under way
        assert (training["asked_by"], training["state"], training["model"]) == (None, "done", second)
        assert await understood(instance, "我要退货") == "request_return"

    third = edit(clone, "咕噜咕噜又开门啦")
    (clone / "models" / third).write_bytes(b"this is no model")
    with up(clone) as instance:
        assert told(instance)["model"] == second, instance.text()
        assert await understood(instance, "我要退货") == "request_return"
