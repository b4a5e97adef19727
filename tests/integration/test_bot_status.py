"""Whether there is a bot, as visitors are told: a busy one stays, one that is gone or unwell goes at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.bot_status import BotStatus
from core.clock import ManualClock
from core.hints import LocalHints
from core.pulse import BELIEVED
from core.settings import load_settings
from dialogue.client import HttpBot
from supervisor.bot_servers import NoModel, is_ready

SCHEMA = Path(__file__).parents[2] / "bot" / "wire.schema.json"


@dataclass
class Health:
    """Answers every request with status and body, or with nothing while status is None."""

    url: str = ""
    status: int | None = 200
    body: bytes = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if self.status is None:
            await reader.read()  # until whoever asked has had enough
        else:
            head = b"HTTP/1.1 %d Said\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            writer.write(head % (self.status, len(self.body)) + self.body)
        writer.close()


@asynccontextmanager
async def health() -> AsyncIterator[Health]:
    made = Health()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made


@asynccontextmanager
async def status_of(url: str, path: Path) -> AsyncIterator[BotStatus]:
    path.write_text(json.dumps({"stage": "ready", "url": url}), "utf-8")
    bot = HttpBot(url, "token", schema=SCHEMA, look_s=0.05)
    yield BotStatus(bot, path, runs_bot=True, clock=ManualClock(), hints=LocalHints())
    await bot.close()


async def stages(status: BotStatus, looks: int) -> list[str]:
    found = []
    for _ in range(looks):
        await status.refresh()
        found.append(status.current["stage"])
    return found


async def test_a_bot_that_is_too_busy_to_answer_stays_ready_until_it_has_been_silent_for_long(tmp_path):
    async with health() as bot, status_of(bot.url, tmp_path / "status.json") as status:
        assert await stages(status, 1) == ["ready"]
        bot.status = None
        assert await stages(status, BELIEVED + 1) == ["ready"] * BELIEVED + ["starting"]
        bot.status = 200
        assert await stages(status, 1) == ["ready"]


async def test_a_bot_that_says_it_is_unwell_or_is_gone_is_starting_at_once(tmp_path):
    async with health() as bot, status_of(bot.url, tmp_path / "status.json") as status:
        assert await stages(status, 1) == ["ready"]
        bot.status = 503
        assert await stages(status, 1) == ["starting"]
        bot.status = 200
        assert await stages(status, 1) == ["ready"]
    async with status_of(bot.url, tmp_path / "status.json") as status:
        assert await stages(status, 1) == ["starting"]


@pytest.mark.parametrize(("status", "said"), [(200, True), (503, False), (None, None)])
async def test_the_supervisor_tells_busy_from_gone(tmp_path, status, said):
    settings = load_settings({"KETING_DATA_DIR": str(tmp_path / "var")}, env_file=None)
    async with health() as bot:
        bot.status = status
        assert await is_ready(settings, bot.url, timeout_s=0.2) is said
    assert await is_ready(settings, bot.url, timeout_s=0.2) is False


@pytest.mark.parametrize(
    "said",
    [
        {"ready": False, "model": "keting-1", "store": False},  # the database is away
        {"error": "not_ready", "detail": ""},
        ["somebody else"],
    ],
)
async def test_a_bot_that_is_unwell_may_recover(tmp_path, said):
    settings = load_settings({"KETING_DATA_DIR": str(tmp_path / "var")}, env_file=None)
    async with health() as bot:
        bot.status, bot.body = 503, json.dumps(said).encode()
        assert await is_ready(settings, bot.url) is False


async def test_a_bot_that_listens_without_a_model_will_never_have_one(tmp_path):
    settings = load_settings({"KETING_DATA_DIR": str(tmp_path / "var")}, env_file=None)
    async with health() as bot:
        bot.status, bot.body = 503, b'{"ready": false, "model": null, "store": true}'
        with pytest.raises(NoModel):
            await is_ready(settings, bot.url)
