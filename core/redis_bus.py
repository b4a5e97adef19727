"""One publish/subscribe channel of Redis, for hints and signals between processes.

Redis may vanish at any moment: publishing and subscribing run in tasks of their own that come back by
themselves, and whoever posts neither waits nor fails.  Delivery is at most once; payloads of our own
process are not delivered back.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

#: Seconds between attempts to come back; doubled up to the longest, with jitter.
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 3.0
#: A quiet subscription is pinged this often, so that a dead connection is noticed.
_PING_S = 15.0
_REPEAT_S = 0.2  # between cancellations of a task that does not hear
_SENDER = 8  # bytes of sender in front of every payload


class RedisBus:
    """take() gives the next payload to publish or None; it is asked after every nudge().

    receive(payload) is called for what other processes publish, restored() whenever the subscription is
    up: at the start and after each loss.  With keeps_trying a payload waits for Redis to come back,
    without it is dropped.
    """

    def __init__(
        self,
        url: str,
        channel: str,
        *,
        take: Callable[[], bytes | None],
        receive: Callable[[bytes], None],
        restored: Callable[[], None] = lambda: None,
        keeps_trying: bool = False,
    ) -> None:
        self._url = url
        self._channel = channel
        self._take = take
        self._receive = receive
        self._restored = restored
        self._keeps_trying = keeps_trying
        self._sender = os.urandom(_SENDER)
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.is_up = asyncio.Event()

    def start(self) -> None:
        """Idempotent; needs a running loop and does nothing without one."""
        if self._tasks:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._tasks = [loop.create_task(self._subscribe()), loop.create_task(self._publish())]

    def nudge(self) -> None:
        self.start()
        self._news.set()

    async def close(self) -> None:
        # Libraries lose a cancellation that comes together with the answer they wait for (wait_for of
        # CPython 3.11, and the client where it connects): one is not enough.
        running, self._tasks = set(self._tasks), []
        while running:
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=_REPEAT_S)

    def _client(self) -> Redis:
        client: Redis = Redis.from_url(self._url, socket_connect_timeout=2, health_check_interval=_PING_S)
        return client

    async def _subscribe(self) -> None:
        pause = FIRST_PAUSE_S
        while True:
            client = self._client()
            try:
                async with client.pubsub() as subscription:
                    await subscription.subscribe(self._channel)
                    pause = FIRST_PAUSE_S
                    await self._listen(subscription)
            except (RedisError, OSError) as err:
                if self.is_up.is_set() or pause == FIRST_PAUSE_S:
                    log.warning("redis.away", channel=self._channel, error=type(err).__name__)
            finally:
                self.is_up.clear()
                await client.aclose()
            await asyncio.sleep(pause * random.uniform(0.5, 1))
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _listen(self, subscription: Any) -> None:
        while True:
            message = await subscription.get_message(timeout=_PING_S)
            if message is None:
                await subscription.ping()
            elif message["type"] == "subscribe":
                self.is_up.set()
                self._restored()
            elif message["type"] == "message":
                payload: bytes = message["data"]
                if not payload.startswith(self._sender):
                    self._receive(payload[_SENDER:])

    async def _publish(self) -> None:
        client = self._client()
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while (payload := self._take()) is not None:
                    await self._deliver(client, self._sender + payload)
        finally:
            await client.aclose()

    async def _deliver(self, client: Redis, payload: bytes) -> None:
        while True:
            try:
                await client.publish(self._channel, payload)
                return
            except (RedisError, OSError):
                if not self._keeps_trying:
                    return
            await self._come_back()

    async def _come_back(self) -> None:
        """Until the subscription stands again, which knows best; at the latest after the longest pause."""
        try:
            async with asyncio.timeout(LONGEST_PAUSE_S):
                await self.is_up.wait()
        except TimeoutError:
            return
        await asyncio.sleep(FIRST_PAUSE_S)
