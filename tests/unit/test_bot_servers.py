"""What the supervisor makes of the word of the bot, and which model may stand in for an untrained one."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.settings import load_settings
from supervisor.bot_model import present_code
from supervisor.bot_released import substitute
from supervisor.bot_servers import NoModel, is_ready


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "var").mkdir()
    return load_settings({"KETING_DATA_DIR": str(tmp_path / "var")}, env_file=None)


@contextmanager
def bot(status, body):
    """A bot whose health is this; yields where it listens."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            return

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_port}"
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


@pytest.mark.parametrize(
    ("status", "body", "ready"),
    [
        (200, {"ready": True, "model": "m", "store": True}, True),
        (503, {"ready": False, "model": "m", "store": False}, False),  # the database is away
        (503, {"error": "not_ready", "detail": ""}, False),
        (500, {"error": "crashed"}, False),
        (503, ["somebody else"], False),
    ],
)
async def test_a_bot_is_ready_when_it_says_so(settings, status, body, ready):
    with bot(status, body) as url:
        assert await is_ready(settings, url) is ready


async def test_a_bot_that_listens_without_a_model_will_never_have_one(settings):
    with bot(503, {"ready": False, "model": None, "store": True}) as url, pytest.raises(NoModel):
        await is_ready(settings, url)


async def test_nobody_there_is_not_ready(settings):
    with bot(200, {}) as url:
        pass
    assert await is_ready(settings, url) is False


@pytest.mark.parametrize(
    ("kept", "stands_in"),
    [
        ({"model": "keting-1.tar.gz"}, True),
        ({"model": "../models/keting-1.tar.gz"}, True),  # only its name counts
        ({"model": "keting-2.tar.gz"}, False),  # gone
        ({"model": "keting-1.tar.gz", "code": "another"}, False),
        ({"model": None}, False),
        ([], False),
    ],
)
def test_the_model_that_answered_last_stands_in_if_this_code_can_load_it(settings, tmp_path, kept, stands_in):
    models = tmp_path / "models"
    models.mkdir()
    (models / "keting-1.tar.gz").touch()
    said = {"code": present_code(), **kept} if isinstance(kept, dict) else kept
    (settings.data_dir / "bot-released.json").write_text(json.dumps(said), "utf-8")
    assert substitute(settings, models) == (models / "keting-1.tar.gz" if stands_in else None)


def test_a_first_start_has_nothing_to_stand_in(settings, tmp_path):
    assert substitute(settings, tmp_path) is None
