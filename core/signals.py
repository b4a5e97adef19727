"""Signals: small things worth showing only now (somebody is typing, somebody has read).

Unlike a hint a signal carries its content, and unlike a message nobody keeps it: at most once, lost without
harm when a process, a listener or Redis is busy elsewhere.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

#: What a listener may be behind before the oldest signals are dropped.
BACKLOG = 64


class Ear:
    """Receives the signals of its topics, newest BACKLOG of them."""

    def __init__(self) -> None:
        self._heard: deque[tuple[str, Mapping[str, Any]]] = deque(maxlen=BACKLOG)
        self._event = asyncio.Event()

    def tell(self, topic: str, data: Mapping[str, Any]) -> None:
        self._heard.append((topic, data))
        self._event.set()

    async def next(self) -> tuple[str, Mapping[str, Any]]:
        """The oldest signal not taken yet, with its topic; waits for one."""
        while not self._heard:
            self._event.clear()
            await self._event.wait()
        return self._heard.popleft()


class Signals(Protocol):
    def send(self, topic: str, data: Mapping[str, Any]) -> None:
        """Tell the listeners of topic, here and in other processes.  data is JSON, below 4 KiB.

        Never fails, never blocks.
        """

    def listen(self, *topics: str) -> AbstractContextManager[Ear]:
        """An Ear for topics for the length of a with block."""

    async def close(self) -> None: ...


class LocalSignals:
    """Signals within one process."""

    def __init__(self) -> None:
        self._ears: dict[str, set[Ear]] = defaultdict(set)

    def send(self, topic: str, data: Mapping[str, Any]) -> None:
        for ear in self._ears.get(topic, ()):
            ear.tell(topic, data)

    @contextmanager
    def listen(self, *topics: str) -> Iterator[Ear]:
        ear = Ear()
        for topic in topics:
            self._ears[topic].add(ear)
        try:
            yield ear
        finally:
            for topic in topics:
                self._ears[topic].discard(ear)
                if not self._ears[topic]:
                    del self._ears[topic]

    async def close(self) -> None:
        return
