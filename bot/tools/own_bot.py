"""A bot for one terminal, where no instance runs: Rasa with a model, and its actions, for a while."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from bot.environment import environment
from bot.tools.asking import Conversation
from bot.tools.models import ROOT, ToolFailed
from bot.tools.words import Bilingual

_LONGEST_START_S = 180.0
_LOOK_EVERY_S = 0.5
_STOP_S = 10.0


@contextlib.contextmanager
def own_bot(model: Path, language: str | None) -> Iterator[Conversation]:
    """A conversation with this model on ports of loopback.  Raises ToolFailed if it does not come up.

    Look-ups answer with the demo's orders; handing over and tickets need the service, and say so.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        rasa_port, actions_port, token = _free_port(), _free_port(), secrets.token_hex(16)
        ours = {"SANIC_HOST": "127.0.0.1", "PYTHONPATH": str(ROOT), "KETING_BOT_TOKEN": token}
        surroundings = {**os.environ, **environment(), **ours}
        log = Path(folder, "bot.log")
        # fmt: off
        stack.enter_context(_child(
            ["-m", "rasa_sdk", "--actions", "actions", "--port", str(actions_port)], surroundings, log
        ))
        rasa = stack.enter_context(_child(
            ["-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(rasa_port), "--model", str(model),
             "--endpoints", str(_endpoints(Path(folder), actions_port)), "--credentials", "credentials.yml"],
            surroundings, log,
        ))
        # fmt: on
        conversation = Conversation(f"http://127.0.0.1:{rasa_port}", token, language)
        _wait(conversation, rasa, log)
        yield conversation


def _wait(conversation: Conversation, rasa: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _LONGEST_START_S
    while not conversation.is_ready():
        if rasa.poll() is not None or time.monotonic() > deadline:
            end = "\n".join(log.read_text("utf-8", "replace").strip().splitlines()[-5:])
            raise ToolFailed(Bilingual(f"机器人未能启动：\n{end}", f"the bot did not start:\n{end}"))
        time.sleep(_LOOK_EVERY_S)


def _endpoints(folder: Path, actions_port: int) -> Path:
    """The project's, with our port; conversations stay in memory."""
    content = yaml.safe_load((ROOT / "endpoints.yml").read_text("utf-8"))
    content["action_endpoint"]["url"] = f"http://127.0.0.1:{actions_port}/webhook"
    path = folder / "endpoints.yml"
    path.write_text(yaml.safe_dump(content), "utf-8")
    return path


@contextlib.contextmanager
def _child(
    arguments: Sequence[str], environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
