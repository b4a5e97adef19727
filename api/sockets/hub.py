"""All sockets of this process: how many each person may have, and how they end when we stop."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from api.sockets.line import Codes, Line
from core.errors import TooMany

#: A socket that said nothing for this long (heartbeats come each 15 to 20 s) gives way to a new one.
_STALE_S = 30.0


class Hub:
    def __init__(self) -> None:
        self.is_draining = False
        self._by_key: dict[str, set[Line]] = defaultdict(set)
        self._lines: set[Line] = set()
        self._empty = asyncio.Event()

    def __len__(self) -> int:
        return len(self._lines)

    def lines(self) -> list[Line]:
        return list(self._lines)

    @contextmanager
    def join(self, line: Line) -> Iterator[None]:
        """Count the line in.  TooMany when one of its keys has all the sockets it may have."""
        for key, most in line.keys.items():
            self._make_room(key, most)
        self._lines.add(line)
        for key in line.keys:
            self._by_key[key].add(line)
        if self.is_draining:
            line.close(Codes.GOING_AWAY, "resume")
        try:
            yield
        finally:
            self._leave(line)

    def close(self, key: str, code: Codes, reason: str = "") -> None:
        """End all sockets of a key."""
        for line in list(self._by_key.get(key, ())):
            line.close(code, reason)

    async def drain(self, patience_s: float = 5.0) -> None:
        """Send everybody away with 1001, so that they resume elsewhere; new ones are sent away at once."""
        self.is_draining = True
        for line in list(self._lines):
            line.close(Codes.GOING_AWAY, "resume")
        if self._lines:
            self._empty.clear()
            try:
                await asyncio.wait_for(self._empty.wait(), patience_s)
            except TimeoutError:
                return  # the server cuts the rest off

    def _make_room(self, key: str, most: int) -> None:
        lines = self._by_key.get(key, set())
        if len(lines) < most:
            return
        # A phone that lost its network leaves dead sockets behind: they may not lock it out.
        quietest = min(lines, key=lambda line: line.heard_at)
        if time.monotonic() - quietest.heard_at < _STALE_S:
            raise TooMany("too_many_sockets")
        quietest.close(Codes.TOO_MANY_SOCKETS, "replaced")
        lines.discard(quietest)

    def _leave(self, line: Line) -> None:
        self._lines.discard(line)
        for key in line.keys:
            self._by_key[key].discard(line)
            if not self._by_key[key]:
                del self._by_key[key]
        if not self._lines:
            self._empty.set()
