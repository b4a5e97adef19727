"""A whole instance is killed in every way: nothing is left over and the next start just works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from supervisor.child import MARK
from supervisor.postgres import locate
from supervisor.postgres_cluster import read_status

pytestmark = pytest.mark.faults

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(holds: Callable[[], object], timeout_s: float = 30) -> None:
    """Wait for a condition of the outside world; the limit is for machines that hang, not a measurement."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


class Running:
    """One supervisor process and what it started."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.data_dir, self.port = data_dir, port
        self.output = data_dir / "up.txt"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.fixtures.tiny_instance"],
                cwd=ROOT,
                env=instance_environment(data_dir, port),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def answer(self) -> dict[str, object] | None:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2).json()
        except httpx.HTTPError:
            return None

    def wait_until_ready(self) -> None:
        def settled() -> bool:
            return "console" in self.output.read_text() or self.process.poll() is not None

        eventually(settled, 60)
        assert self.process.poll() is None, self.output.read_text()
        eventually(self.answer)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def postmaster(self) -> int:
        status = read_status(locate(self.data_dir).data)
        assert status is not None
        return status.pid

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(60)


def instance_environment(data_dir: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KETING_")}
    return kept | {"KETING_DATA_DIR": str(data_dir), "KETING_PORT": str(port), "LANG": "en_US.UTF-8"}


@pytest.fixture
def launch(open_tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts supervisors on one data directory and one port, and leaves none behind."""
    started: list[Running] = []
    port = free_port()

    def start(data_dir: Path = open_tmp_path) -> Running:
        data_dir.mkdir(parents=True, exist_ok=True)
        started.append(Running(data_dir, port))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.stop()


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_it_starts_and_a_signal_stops_everything(launch):
    running = launch()
    running.wait_until_ready()
    children = running.children()
    assert len(children) >= 2
    assert running.stop() == 0
    assert all(is_gone(child) for child in children)


def test_nothing_survives_a_killed_supervisor_and_the_next_start_works(launch):
    first = launch()
    first.wait_until_ready()
    children = first.children()
    first.process.kill()
    first.process.wait()
    second = launch()  # at once: the old children may still be dying
    second.wait_until_ready()
    eventually(lambda: all(is_gone(child) for child in children))
    assert second.stop() == 0


def test_the_administrator_of_the_first_start_is_still_there_after_a_kill(launch):
    first = launch()
    first.wait_until_ready()
    assert "first administrator" in first.output.read_text()
    first.process.kill()
    first.process.wait()
    second = launch()
    second.wait_until_ready()
    assert "first administrator" not in second.output.read_text()


def test_a_killed_postmaster_is_started_again(launch):
    running = launch()
    running.wait_until_ready()
    old = running.postmaster()
    os.kill(old, signal.SIGKILL)
    server = locate(running.data_dir)

    def is_back() -> bool:
        status = read_status(server.data)
        return status is not None and status.pid != old and status.is_ready

    eventually(is_back)


def test_a_killed_service_is_started_again(launch):
    running = launch()
    running.wait_until_ready()
    first = running.answer()
    assert first is not None
    os.kill(int(str(first["pid"])), signal.SIGKILL)
    eventually(lambda: (now := running.answer()) is not None and now["pid"] != first["pid"])


def test_a_second_start_says_what_runs_and_harms_nothing(launch):
    first = launch()
    first.wait_until_ready()
    second = launch()
    assert second.process.wait(60) == 1
    assert str(first.process.pid) in second.output.read_text()
    assert first.answer() is not None


def test_a_taken_port_is_named_together_with_the_setting_that_changes_it(launch):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        running = launch()
        assert running.stop() in {0, -signal.SIGTERM}
        running = Running(running.data_dir, int(taken.getsockname()[1]))
        assert running.process.wait(60) == 1
        assert "KETING_PORT" in running.output.read_text()


def test_a_grandchild_that_no_leash_reached_is_ended_by_the_next_start(launch, open_tmp_path):
    environment = instance_environment(open_tmp_path, 1) | {MARK: str(open_tmp_path)}
    stray = subprocess.Popen(["sleep", "600"], env=environment, start_new_session=True)
    running = launch()
    running.wait_until_ready()
    assert stray.wait(10) == -signal.SIGKILL


def test_a_service_that_never_comes_up_is_given_up_with_the_end_of_its_log(open_tmp_path):
    code = (
        "import sys\n"
        "from core.settings import load_settings\n"
        "from supervisor.up import Options, up\n"
        "broken = (sys.executable, '-c', 'raise SystemExit(\"no such luck\")')\n"
        "sys.exit(up(load_settings(env_file=None), Options(with_bot=False, service=broken)))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=instance_environment(open_tmp_path, free_port()),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 1
    assert "no such luck" in ran.stdout
