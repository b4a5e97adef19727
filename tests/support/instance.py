"""A whole instance as a user runs it: ``keting up`` on a free port with a data directory of its own."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).parents[2]
_PASSWORD = re.compile(r"(?:password|密码)[:：]\s*(\S+?)(?:\s|（|$)")

#: What tells the children apart in their command lines: words of which all must be there, one line of them.
MARKS: dict[str, tuple[set[str], ...]] = {
    "service": ({"cli", "serve"}, {"tests.fixtures.broken_service"}),
    "rasa": ({"rasa", "run"},),
    "actions": ({"rasa_sdk"},),
    "postgres": ({"postgres", "-D"},),
}


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass
class Instance:
    """One running ``keting up``."""

    port: int
    data_dir: Path
    process: subprocess.Popen[bytes]
    log: Path
    environment: dict[str, str] = field(repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def text(self) -> str:
        return self.log.read_text("utf-8", errors="replace") if self.log.exists() else ""

    def admin_password(self) -> str:
        found = _PASSWORD.search(self.text())
        assert found, self.text()[-2000:]
        return found[1]

    def wait_ready(self, timeout_s: float = 90) -> None:
        """Until the service answers."""
        self._wait("the service", timeout_s, lambda: _status(f"{self.url}/readyz") == 200)

    def wait_bot(self, timeout_s: float = 600) -> None:
        """Until the bot answers, as the visitors' state says."""

        def ready() -> bool:
            try:
                answer = httpx.post(
                    f"{self.url}/api/visitor/v1/sessions", json={"channel": "app"}, timeout=5, trust_env=False
                )
                return bool(answer.status_code == 200 and answer.json()["state"]["bot"]["ready"])
            except httpx.HTTPError:
                return False

        self._wait("the bot", timeout_s, ready, pause_s=1.0)

    def _wait(self, what: str, timeout_s: float, ready: Any, pause_s: float = 0.1) -> None:
        ends = time.monotonic() + timeout_s
        while not ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"keting up ended with {self.process.returncode}:\n{self.text()[-3000:]}")
            if time.monotonic() > ends:
                raise TimeoutError(f"{what} is not ready after {timeout_s:.0f} s:\n{self.text()[-3000:]}")
            time.sleep(pause_s)

    def child(self, role: str) -> psutil.Process | None:
        """The child process of a role: service, rasa, actions, postgres; None while it is being restarted."""
        for process in psutil.Process(self.process.pid).children(recursive=True):
            try:
                line = process.cmdline()
            except psutil.Error:
                continue
            words = {Path(word).name for word in line[:6]}
            if any(marks <= words for marks in MARKS[role]):
                return process
        return None

    def kill(self, role: str) -> bool:
        """SIGKILL; False when there was nobody to kill."""
        process = self.child(role)
        if process is None:
            return False
        process.send_signal(signal.SIGKILL)
        return True

    def add_agent(self, username: str, role: str = "agent", language: str = "zh") -> str:
        """Add somebody from the command line; returns the password."""
        password = "a long enough password"
        options = ["--role", role, "--language", language, "--password-stdin"]
        subprocess.run(
            [sys.executable, "-m", "cli", "agent", "add", username, *options],
            cwd=ROOT,
            env=self.environment,
            input=password.encode(),
            check=True,
            capture_output=True,
        )
        return password

    def identity_key(self) -> str:
        """A new key with which the business signs who its customer is, as an operator makes one."""
        command = [sys.executable, "-m", "cli", "identity-key"]
        made = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        )
        return made.stdout.strip()

    def stop(self, timeout_s: float = 60) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout_s)


def start(
    data_dir: Path,
    *,
    with_bot: bool = False,
    command: Sequence[str] = (),
    port: int = 0,
    root: Path = ROOT,
    **environment: str,
) -> Instance:
    """Start ``keting up`` of the project at root, or another command that does the same; returns at once."""
    port = port or free_port()
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("KETING_")},
        "KETING_PORT": str(port),
        # Two instances that start at once would both find the usual ones free.
        "KETING_RASA_PORT": str(free_port()),
        "KETING_ACTIONS_PORT": str(free_port()),
        "KETING_DATA_DIR": str(data_dir),
        "KETING_LOG_FORMAT": "json",
        "PYTHONUNBUFFERED": "1",
        **environment,
    }
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / "up.log"
    line = list(command) or [sys.executable, "-m", "cli", "up", *([] if with_bot else ["--no-bot"])]
    with log.open("ab") as out:
        process = subprocess.Popen(line, cwd=root, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    return Instance(port, data_dir, process, log, env)


@contextmanager
def running(*, with_bot: bool = False, command: Sequence[str] = (), **environment: str) -> Iterator[Instance]:
    """A fresh instance, ready to use (with_bot: the bot answers too); stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="keting-"))
    folder.chmod(0o755)  # the embedded database runs as another user when we are root
    instance = start(folder / "var", with_bot=with_bot, command=command, port=0, root=ROOT, **environment)
    try:
        instance.wait_ready()
        if with_bot:
            instance.wait_bot()
        yield instance
    finally:
        try:
            instance.stop()
        except subprocess.TimeoutExpired:
            instance.process.kill()
            instance.process.wait()
        keep = os.environ.get("KETING_TEST_KEEP")
        if keep:
            shutil.copytree(folder, Path(keep) / f"instance-{secrets.token_hex(3)}", dirs_exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code
    except httpx.HTTPError:
        return 0


def service_log(instance: Instance) -> list[dict[str, Any]]:
    """The service's log as dicts; lines that are not JSON are left out."""
    rows = []
    for line in (
        (instance.data_dir / "logs" / "service.log").read_text("utf-8", errors="replace").splitlines()
    ):
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows
