"""Wake-up hints.  A hint says "look again"; what there is to see is always read from SQL.

So a lost hint costs time (watchers look again every few seconds anyway), never a message, and
Redis, which carries hints between processes, may vanish at any moment.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Protocol


class Watch:
    """Set when one of its topics was hinted at."""

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics
        self._event = asyncio.Event()
        self._news: set[str] = set()

    def wake(self, topic: str) -> None:
        self._news.add(topic)
        self._event.set()

    async def wait(self, timeout_s: float) -> set[str]:
        """The topics hinted at since the last call; empty after timeout_s."""
        if not self._news:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):  # wait_for would make a task each time
                    await self._event.wait()
        return self.take()

    def take(self) -> set[str]:
        """The same without waiting."""
        self._event.clear()
        news, self._news = self._news, set()
        return news


class Hints(Protocol):
    def notify(self, topic: str) -> None:
        """Wake the watchers of topic, here and (where connected) in other processes.

        Never fails, never blocks.
        """

    def watch(self, *topics: str) -> AbstractContextManager[Watch]:
        """A Watch over topics for the length of a with block."""

    async def close(self) -> None: ...


class LocalHints:
    """Hints within one process."""

    def __init__(self) -> None:
        self._watches: dict[str, set[Watch]] = defaultdict(set)

    def notify(self, topic: str) -> None:
        for watch in self._watches.get(topic, ()):
            watch.wake(topic)

    def notify_all(self) -> None:
        """Wake every watcher: hints may have been missed."""
        for topic in list(self._watches):
            self.notify(topic)

    @contextmanager
    def watch(self, *topics: str) -> Iterator[Watch]:
        watch = Watch(frozenset(topics))
        for topic in topics:
            self._watches[topic].add(watch)
        try:
            yield watch
        finally:
            for topic in topics:
                self._watches[topic].discard(watch)
                if not self._watches[topic]:
                    del self._watches[topic]

    async def close(self) -> None:
        return
