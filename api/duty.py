"""Whether anybody is on duty: looked up once a process and change, not once for each visitor."""

from __future__ import annotations

from api.sockets import follow
from core.db import Database
from handoff import presence

#: Hinted at when the answer changes.
TOPIC = "duty"


class Duty:
    def __init__(self, db: Database) -> None:
        self._db = db
        self.is_on: bool | None = None

    async def run(self) -> None:
        """Look after each hint about presence, and every few seconds, since liveness fades by itself."""
        await follow(self._db.hints, ("presence",), self._look)

    async def _look(self, _: set[str]) -> None:
        async with self._db.reading() as tx:
            is_on = await presence.on_duty(tx)
        if is_on != self.is_on:
            self.is_on = is_on
            self._db.hints.notify(TOPIC)
