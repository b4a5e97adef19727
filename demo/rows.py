"""Rows on their way into the database: collected while stories are told, written at once in bulk."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core import schema as s
from core.db import Tx

_CHUNK = 2000


class Rows:
    """Each table's rows as dicts; a dict may still change until write()."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._of: dict[sa.Table, list[dict[str, Any]]] = defaultdict(list)

    def id_at(self, at: datetime) -> UUID:
        """A UUIDv7 of a moment in the past, so that ids sort as those of live rows do."""
        value = int(at.timestamp() * 1000) << 80 | self._rng.getrandbits(80)
        value = value & ~(0xF << 76) | 0x7 << 76
        return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)

    def add(self, table: sa.Table, **values: Any) -> dict[str, Any]:
        """Rows of one table must all name the same columns."""
        self._of[table].append(values)
        return values

    def event(
        self,
        at: datetime,
        type: str,
        actor: str,
        *,
        conversation_id: UUID | None = None,
        visitor_id: UUID | None = None,
        agent_id: UUID | None = None,
        **data: Any,
    ) -> None:
        """As core.events.record, for a moment in the past."""
        self.add(
            s.event,
            at=at,
            type=type,
            actor=actor,
            conversation_id=conversation_id,
            visitor_id=visitor_id,
            agent_id=agent_id,
            data=data,
        )

    def recent_messages(self, conversation_id: UUID, count: int) -> list[dict[str, Any]]:
        """The visitor's last messages of a conversation that was told last."""
        found: list[dict[str, Any]] = []
        for message in reversed(self._of[s.message]):
            if message["conversation_id"] != conversation_id or len(found) == count:
                break
            if message["author"] == "visitor":
                found.insert(0, message)
        return found

    def count(self, table: sa.Table) -> int:
        return len(self._of[table])

    def of(self, table: sa.Table) -> list[dict[str, Any]]:
        return self._of[table]

    async def write(self, tx: Tx) -> None:
        # The log is read by id: of two events the earlier one gets the lower id.
        self._of[s.event].sort(key=lambda row: row["at"])
        for table in s.metadata.sorted_tables:
            rows = self._of[table]
            for start in range(0, len(rows), _CHUNK):
                await tx.run(table.insert(), rows[start : start + _CHUNK])
