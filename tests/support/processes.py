"""Service processes without a supervisor: several of them on one database and one Redis."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from supervisor.child import leashed
from tests.support.instance import ROOT, free_port

#: The same for every process of an installation, as docs/reference/settings.md asks.
SECRETS = {
    name: f"{name.lower().replace('_', '-')}-of-several-processes"
    for name in ("KETING_SECRET_KEY", "KETING_BOT_TOKEN", "KETING_INTERNAL_TOKEN")
}


@dataclass
class Process:
    """One ``keting serve``."""

    url: str
    running: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, folder: Path, **environment: str) -> Process:
        """Returns at once."""
        folder.mkdir(parents=True)
        port, log = free_port(), folder / "serve.log"
        env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KETING_")},
            **SECRETS,
            "KETING_PORT": str(port),
            "KETING_DATA_DIR": str(folder / "var"),
            # Nobody listens there: every turn fails at once and people are asked.
            "KETING_BOT_URL": f"http://127.0.0.1:{free_port()}",
            "KETING_LOG_FORMAT": "json",
            **environment,
        }
        with log.open("wb") as out:
            running = subprocess.Popen(
                leashed([sys.executable, "-m", "cli", "serve"]),
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        return cls(f"http://127.0.0.1:{port}", running, log)

    async def ready(self, patience_s: float = 60) -> None:
        ends = time.monotonic() + patience_s
        async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
            while (said := await self._state(http)) != "200":
                if (code := self.running.poll()) is not None or time.monotonic() > ends:
                    log = self.log.read_text("utf-8", errors="replace")[-3000:]
                    raise RuntimeError(f"{self.url} is not ready ({said}, exit code {code}):\n{log}")
                await asyncio.sleep(0.1)

    async def _state(self, http: httpx.AsyncClient) -> str:
        """What it says of itself, or why it says nothing."""
        try:
            answer = await http.get(f"{self.url}/readyz")
        except httpx.TransportError as err:
            return repr(err)
        return "200" if answer.status_code == 200 else f"{answer.status_code} {answer.text[:300]}"

    def kill(self) -> None:
        self.running.kill()
        self.running.wait(10)

    def stop(self, patience_s: float = 30) -> None:
        if self.running.poll() is None:
            self.running.terminate()
        try:
            self.running.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()


@asynccontextmanager
async def two_processes(
    database: str, redis_url: str, folder: Path
) -> AsyncIterator[tuple[Process, Process]]:
    """Both ready; each with a data directory of its own."""
    shared = {"KETING_DATABASE_URL": database, "KETING_REDIS_URL": redis_url}
    made = [Process.start(folder / name, **shared) for name in "ab"]
    try:
        for process in made:
            await process.ready()
        yield made[0], made[1]
    finally:
        for process in made:
            process.running.terminate()
        for process in made:
            process.stop()
