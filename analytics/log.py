"""Events as metrics read them: what happened, when, in which conversation, in the order it happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core import schema as s
from core.db import Tx


@dataclass(frozen=True)
class Happening:
    """One row of the event log."""

    at: datetime
    type: str
    conversation_id: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    agent_id: UUID | None = None

    def is_move(self, *moves: str) -> bool:
        return self.type == "conversation.moved" and (not moves or self.data.get("move") in moves)

    @property
    def is_agent_reply(self) -> bool:
        return self.type == "reply.sent" and self.data.get("by") == "agent"

    @property
    def is_bot_reply(self) -> bool:
        return self.type == "reply.sent" and self.data.get("by") == "bot"


def by_conversation(log: Iterable[Happening]) -> dict[UUID, list[Happening]]:
    """The log of each conversation, order kept; what belongs to none is left out."""
    found: dict[UUID, list[Happening]] = defaultdict(list)
    for one in log:
        if one.conversation_id is not None:
            found[one.conversation_id].append(one)
    return found


async def read(
    tx: Tx, *, since: datetime | None = None, until: datetime | None = None, types: Sequence[str] = ()
) -> list[Happening]:
    """The log from since (inclusive) to until (exclusive), in its order.

    Ids order the events of one conversation as they happened: its lock is held while they are written.
    """
    e = s.event.c
    query = sa.select(e.at, e.type, e.conversation_id, e.data, e.agent_id).order_by(e.id)
    if since is not None:
        query = query.where(e.at >= since)
    if until is not None:
        query = query.where(e.at < until)
    if types:
        query = query.where(e.type.in_(types))
    return [
        Happening(row.at, row.type, row.conversation_id, row.data, row.agent_id)
        for row in await tx.all(query)
    ]
