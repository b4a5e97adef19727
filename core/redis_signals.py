"""Signals between processes, over Redis.  While Redis is away they reach the own process only."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from core.redis_bus import RedisBus
from core.signals import Ear, LocalSignals

#: Signals waiting to be published; a signal is worth nothing later, so the oldest are dropped.
_KEEP = 1_000


class _Sent(msgspec.Struct, array_like=True):
    topic: str
    data: dict[str, Any]


class RedisSignals:
    def __init__(self, url: str, channel: str = "keting:signals") -> None:
        self._local = LocalSignals()
        self._pending: deque[bytes] = deque(maxlen=_KEEP)
        self.bus = RedisBus(url, channel, take=self._take, receive=self._receive)

    def send(self, topic: str, data: Mapping[str, Any]) -> None:
        self._local.send(topic, data)
        self._pending.append(msgspec.json.encode(_Sent(topic, dict(data))))
        self.bus.nudge()

    def listen(self, *topics: str) -> AbstractContextManager[Ear]:
        self.bus.start()
        return self._local.listen(*topics)

    async def close(self) -> None:
        await self.bus.close()

    def _take(self) -> bytes | None:
        return self._pending.popleft() if self._pending else None

    def _receive(self, payload: bytes) -> None:
        sent = msgspec.json.decode(payload, type=_Sent)
        self._local.send(sent.topic, sent.data)
