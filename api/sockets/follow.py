"""Following what is committed: woken by hints, and now and then by itself, because hints may be lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import ARRAY

from core.db import Database
from core.errors import Unavailable
from core.hints import Hints, Watch

log = structlog.get_logger(__name__)

#: Seconds after which a lost hint is made good.
LOOK_EVERY_S = 5.0
_WHEN_AWAY_S = 1.0

#: Reads what is new and passes it on; gets the topics that were hinted at (none: looked by itself).
Step = Callable[[set[str]], Awaitable[None]]


async def follow(hints: Hints, topics: tuple[str, ...], step: Step, every_s: float = LOOK_EVERY_S) -> None:
    """Call step now, after each hint, and every_s after the last call.

    A database that is away is waited for.
    """
    with hints.watch(*topics) as watch:
        await follow_watch(watch, step, every_s)


async def follow_watch(
    watch: Watch, step: Step, every_s: float = LOOK_EVERY_S, *, at_once: bool = True
) -> None:
    """The same on a watch that is there already; at_once off: step is first called by a hint or the time."""
    # Spread: sockets that came together, after a restart, would else look together for ever.
    every_s *= random.uniform(0.6, 1.4)
    news = set() if at_once else await watch.wait(every_s)
    while True:
        try:
            await step(news)
        except Unavailable as err:
            log.warning("follow.unavailable", error=err.code)
            await asyncio.sleep(_WHEN_AWAY_S)
            news = set()
        else:
            news = await watch.wait(every_s)


class Sweep:
    """One query every few seconds for all followers of a process, instead of one for each of a thousand.

    key and counter are the columns of the gap-free counters that they follow, e.g. stream.agent_id and
    stream.seq; whoever is behind its counter is woken as by a hint.
    """

    def __init__(self, db: Database, key: sa.Column[Any], counter: sa.Column[Any]) -> None:
        self._db = db
        self._counters = sa.select(key, counter).where(
            key == sa.any_(sa.bindparam("followed", type_=ARRAY(key.type)))
        )
        self._followers: dict[UUID, list[tuple[Callable[[], int], Watch, str]]] = {}

    @contextmanager
    def follow(self, id: UUID, topic: str, cursor: Callable[[], int], *also: str) -> Iterator[Watch]:
        """A watch on the topics; topic wakes it also when the counter of id is beyond cursor()."""
        with self._db.hints.watch(topic, *also) as watch:
            entry = (cursor, watch, topic)
            self._followers.setdefault(id, []).append(entry)
            try:
                yield watch
            finally:
                self._followers[id].remove(entry)
                if not self._followers[id]:
                    del self._followers[id]

    async def run(self, every_s: float = LOOK_EVERY_S) -> None:
        """Sweep until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            try:
                await self.once()
            except Unavailable as err:
                log.warning("sweep.unavailable", error=err.code)

    async def once(self) -> None:
        if not self._followers:
            return
        async with self._db.reading() as tx:
            rows = await tx.run(self._counters, {"followed": list(self._followers)})
        for id, count in rows:
            for cursor, watch, topic in self._followers.get(id, ()):
                if count > cursor():
                    watch.wake(topic)
