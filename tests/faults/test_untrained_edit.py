"""The data were edited and nobody trained: who answers after the next start."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

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


def told(instance: Instance) -> dict[str, object]:
    """What the supervisor says of the bot."""
    said: dict[str, object] = json.loads((instance.data_dir / "bot-status.json").read_text("utf-8"))
    return said


def wait_for(instance: Instance, reached: Callable[[dict[str, object]], bool]) -> None:
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


@pytest.mark.timeout(600)
async def test_the_last_model_answers_while_the_new_one_is_trained_and_then_the_new_one(clone):
    before = wanted_model().name
    data = clone.parent / "var"
    first = instances.start(data, with_bot=True, root=clone)
    try:
        first.wait_ready()
        first.wait_bot()
        assert told(first)["model"] == before
    finally:
        first.stop()

    (clone / "data" / "nlu" / "edited.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - 咕噜咕噜开门啦\n', "utf-8"
    )
    second = instances.start(data, with_bot=True, root=clone)
    try:
        second.wait_ready()
        wait_for(second, lambda bot: bot["stage"] == "ready")
        assert told(second)["model"] == before, second.text()
        assert not [path for path in (clone / "models").glob("keting-*.tar.gz") if path.name != before]
        assert await understood(second, "我要退货") == "request_return"
        wait_for(second, lambda bot: bot["model"] != before)
        assert told(second)["stage"] == "ready"
        assert (clone / "models" / str(told(second)["model"])).is_file()
        assert await understood(second, "我要退货") == "request_return"
    finally:
        second.stop()
