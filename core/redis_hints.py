"""Hints between processes, over Redis.

While Redis is away hints work within the process and watchers elsewhere find the news when they look by
themselves.  When it is back every watcher looks once, because it may have missed a hint.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from core.hints import LocalHints, Watch
from core.redis_bus import RedisBus

#: Topics kept while Redis is away; beyond that everybody is told to look.
_KEEP = 10_000
_PER_PUBLISH = 500
_EVERYTHING = "*"


class RedisHints:
    def __init__(self, url: str, channel: str = "keting:hints") -> None:
        self._local = LocalHints()
        self._pending: dict[str, None] = {}  # an ordered set: a topic hinted at twice is published once
        self.bus = RedisBus(
            url,
            channel,
            take=self._take,
            receive=self._receive,
            restored=self._local.notify_all,
            keeps_trying=True,
        )

    def notify(self, topic: str) -> None:
        self._local.notify(topic)
        if len(self._pending) >= _KEEP:
            self._pending = {_EVERYTHING: None}
        self._pending[topic] = None
        self.bus.nudge()

    def watch(self, *topics: str) -> AbstractContextManager[Watch]:
        self.bus.start()
        return self._local.watch(*topics)

    async def close(self) -> None:
        await self.bus.close()

    def _take(self) -> bytes | None:
        if not self._pending:
            return None
        topics = list(self._pending)[:_PER_PUBLISH]
        for topic in topics:
            del self._pending[topic]
        return "\n".join(topics).encode()

    def _receive(self, payload: bytes) -> None:
        for topic in payload.decode().split("\n"):
            if topic == _EVERYTHING:
                self._local.notify_all()
            else:
                self._local.notify(topic)
