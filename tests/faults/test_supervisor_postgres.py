"""The embedded PostgreSQL in awkward places: stale files, long paths, root and not root, other versions."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from supervisor import postgres
from supervisor.accounts import Account, can_reach, server_account
from supervisor.errors import PostgresUnusable
from supervisor.postgres import THROW_AWAY, USER, PostgresServer, bundled_binaries, locate, running_url
from tests.conftest import DEBIAN_POSTGRES_15
from tests.fixtures.postgres import start

pytestmark = pytest.mark.faults

ROOT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[[PostgresServer], subprocess.Popen[bytes]]]:
    """Prepares and starts servers, and kills those that the test leaves running."""
    started: list[subprocess.Popen[bytes]] = []

    def go(server: PostgresServer) -> subprocess.Popen[bytes]:
        server.prepare()
        started.append(start(server, tmp_path))
        return started[-1]

    yield go
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGQUIT)
            process.wait(30)


def server_in(folder: Path) -> PostgresServer:
    return locate(folder, options=THROW_AWAY)


async def ask(server: PostgresServer, question: str = "SELECT current_user") -> object:
    connection = await asyncpg.connect(host=str(server.socket_dir), user=USER, database="postgres")
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_text_sorts_by_code_point_on_every_machine(run, open_tmp_path):
    server = server_in(open_tmp_path)
    run(server)
    assert await ask(server) == USER
    assert await ask(server, "SELECT datlocale FROM pg_database WHERE datname = 'postgres'") == "C.UTF-8"


async def test_a_lock_file_whose_number_belongs_to_another_program_is_no_obstacle(run, open_tmp_path):
    server = server_in(open_tmp_path)
    server.prepare()
    stranger = subprocess.Popen(
        ["sleep", "600"], user=server.account.uid if server.account else None
    )  # as after a restart of the machine: the number is in use, by somebody else
    try:
        lock = f"{stranger.pid}\n{server.data}\n1\n5432\n{server.socket_dir}\n\n0 0\nready\n"
        (server.data / "postmaster.pid").write_text(lock)
        (server.socket_dir / ".s.PGSQL.5432.lock").write_text(lock)
        run(server)
        assert await ask(server) == USER
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_data_survives_a_killed_server(run, open_tmp_path):
    server = locate(open_tmp_path)  # with fsync, as in real life
    first = run(server)
    await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    first.kill()
    first.wait()
    run(server)
    assert await ask(server, "SELECT answer FROM kept") == 42


async def test_a_server_that_still_runs_on_the_folder_is_taken_over(run, open_tmp_path):
    server = server_in(open_tmp_path)
    orphan = run(server)
    run(server)
    assert orphan.wait(30) == 0
    assert await ask(server) == USER


async def test_a_path_too_long_for_a_socket_gets_a_short_private_folder(run, open_tmp_path):
    deep = open_tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    server = server_in(deep)
    run(server)
    assert len(os.fsencode(server.socket_dir)) < 100
    assert server.socket_dir.stat().st_mode & 0o777 == 0o700
    assert await ask(server) == USER
    shutil.rmtree(server.socket_dir)


def test_the_short_folder_is_refused_when_somebody_put_a_link_there(open_tmp_path):
    deep = open_tmp_path / ("d" * 60) / ("f" * 60)
    deep.mkdir(parents=True)
    server = server_in(deep)
    server.socket_dir.symlink_to(open_tmp_path)
    try:
        with pytest.raises(PostgresUnusable):
            server.prepare()
    finally:
        server.socket_dir.unlink()


@pytest.mark.parametrize("leftover", ["data.new", "data"])
def test_an_interrupted_creation_is_begun_again(open_tmp_path, leftover):
    server = server_in(open_tmp_path)
    (server.base / leftover).mkdir(parents=True)
    if leftover == "data.new":
        (server.base / leftover / "PG_VERSION").write_text("18\n")
    server.prepare()
    assert (server.data / "global" / "pg_control").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(open_tmp_path):
    server = server_in(open_tmp_path)
    server.data.mkdir(parents=True)
    (server.data / "letters.txt").write_text("dear mother")
    with pytest.raises(PostgresUnusable):
        server.prepare()
    assert (server.data / "letters.txt").read_text() == "dear mother"


def test_data_of_another_major_version_is_refused_untouched_with_what_to_do(open_tmp_path):
    server = server_in(open_tmp_path)
    server.prepare()
    (server.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(PostgresUnusable) as refused:
        server.prepare()
    for language in ("zh", "en"):
        text = refused.value.text.to(language)
        assert "16" in text and "18" in text and "pg_dumpall" in text and "KETING_DATABASE_URL" in text
    assert (server.data / "PG_VERSION").read_text() == "16\n"


@pytest.mark.skipif(not DEBIAN_POSTGRES_15.is_dir(), reason="needs Debian's PostgreSQL 15")
async def test_version_15_runs_as_well(run, open_tmp_path):
    server = locate(open_tmp_path, binaries=DEBIAN_POSTGRES_15, options=THROW_AWAY)
    run(server)
    assert str(await ask(server, "SHOW server_version")).startswith("15")


async def test_a_running_server_is_found_by_its_data_directory(run, open_tmp_path):
    server = server_in(open_tmp_path)
    assert running_url(open_tmp_path) is None
    process = run(server)
    assert running_url(open_tmp_path) == server.url()
    process.send_signal(signal.SIGINT)
    process.wait(30)
    assert running_url(open_tmp_path) is None


@as_root
async def test_below_a_private_folder_root_keeps_the_data_where_the_server_gets_through(
    run, open_tmp_path, monkeypatch
):
    private = open_tmp_path / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setattr(postgres, "SYSTEM_DIR", open_tmp_path / "system")
    server = server_in(private / "var")
    assert server.is_moved
    run(server)
    assert await ask(server) == USER
    assert server.data.is_relative_to(open_tmp_path / "system")
    private.chmod(0o755)
    assert locate(private / "var").data == server.data  # once moved it stays: never a second, empty database


@as_root
def test_data_that_has_become_unreachable_is_not_replaced_by_an_empty_database(open_tmp_path):
    folder = open_tmp_path / "folder"
    folder.mkdir()
    server_in(folder / "var").prepare()
    folder.chmod(0o700)
    with pytest.raises(PostgresUnusable):
        locate(folder / "var")


@as_root
async def test_binaries_that_the_server_could_not_run_are_copied(run, open_tmp_path, monkeypatch):
    private = open_tmp_path / "private"
    private.mkdir(mode=0o700)
    package = bundled_binaries().parents[1]
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.with_name(name), private / name)
    monkeypatch.setattr(postgres, "SYSTEM_DIR", open_tmp_path / "system")
    hidden = private / package.name / "pginstall" / "bin"
    server = locate(open_tmp_path / "var", binaries=hidden, options=THROW_AWAY)
    assert server.binaries.is_relative_to(open_tmp_path / "system")
    run(server)
    assert await ask(server) == USER


UNPRIVILEGED = """
import signal, subprocess, sys, time, os
from pathlib import Path
from supervisor.child import leashed
from supervisor.postgres import locate, running_url
home = Path(sys.argv[1])
server = locate(home)
assert server.account is None
server.prepare()
process = subprocess.Popen(leashed(server.command(), None, signal.SIGINT))
while running_url(home) is None:
    assert process.poll() is None
    time.sleep(0.02)
assert running_url(home) == server.url()
process.send_signal(signal.SIGINT)
assert process.wait(30) == 0
assert server.data.stat().st_uid == os.geteuid() != 0
"""


@as_root
def test_a_user_without_rights_runs_it_as_himself(open_tmp_path):
    """In a process that never was root; as another user the suite itself shows it."""
    account = server_account(open_tmp_path)
    assert account is not None
    python = reachable_python(account)
    os.chown(open_tmp_path, account.uid, account.gid)
    ran = subprocess.run(
        [python, "-c", UNPRIVILEGED, str(open_tmp_path)],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{bundled_binaries().parents[2]}", "PYTHONDONTWRITEBYTECODE": "1"},
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def reachable_python(account: Account) -> str:
    """An interpreter that the account may run; ours may live in root's home."""
    for candidate in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        answers = "import sys; sys.exit(sys.version_info < (3, 11))"
        path = Path(candidate).resolve()
        if path.exists() and can_reach(account, path):
            if subprocess.run([path, "-c", answers], check=False).returncode == 0:
                return str(path)
    pytest.skip("no CPython 3.11 that another user may run")
