"""Mining in the background of a service process."""

from __future__ import annotations

import asyncio

import msgspec
import structlog

from core.db import Database
from core.errors import KetingError
from knowledge.mining.miner import mine
from knowledge.search.searcher import Searcher

log = structlog.get_logger(__name__)


class Miner:
    """One run at a time."""

    def __init__(self, db: Database, searcher: Searcher) -> None:
        self._db = db
        self._searcher = searcher
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self, days: int) -> bool:
        """False: one is running already."""
        if self.is_running:
            return False
        self._task = asyncio.create_task(self._run(days), name="mining")
        return True

    async def _run(self, days: int) -> None:
        try:
            report = await mine(self._db, self._searcher, days=days)
            log.info("knowledge.mined", **msgspec.to_builtins(report))
        except KetingError as err:
            log.warning("knowledge.mining_failed", error=err.code, detail=err.detail)

    async def finished(self) -> None:
        """Returns when no run is under way."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
