"""Stream rows as frames for a console: rows hold references, the words are joined when they are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from api import access, views
from api.views import Lens
from api.views.shapes import Message, Packet, Summary
from core import schema as s
from core.agents import Agent
from core.clock import stamp
from core.db import Row, Tx


async def frames(tx: Tx, me: Agent, rows: Sequence[Row], lens: Lens) -> list[bytes]:
    """One encoded frame per row, in order; a fixed number of queries for any number of rows.

    Of a conversation that is no longer theirs people learn the state, not the words.
    """
    if not rows:
        return []
    conversations = {UUID(row.data["conversation_id"]) for row in rows if "conversation_id" in row.data}
    assigned = {UUID(row.data["conversation_id"]) for row in rows if row.kind == "assigned"}
    joined = _Joined(
        summaries=await views.summaries(tx, conversations, lens, access.visible(me)),
        messages=await _messages(tx, rows, lens),
        packets=await views.packets(tx, assigned) if assigned else {},
    )
    return [
        msgspec.json.encode(
            {
                "type": "event",
                "seq": row.seq,
                "kind": row.kind,
                "at": stamp(row.at),
                "data": joined.data(row),
            }
        )
        for row in rows
    ]


class _Joined(msgspec.Struct, frozen=True):
    summaries: dict[UUID, Summary]
    messages: dict[UUID, Message]
    packets: dict[UUID, Packet]

    def data(self, row: Row) -> dict[str, Any]:
        known: dict[str, Any] = dict(row.data)
        if "conversation_id" not in known:
            return known
        conversation_id = UUID(known.pop("conversation_id"))
        data: dict[str, Any] = {"conversation": self.summaries.get(conversation_id)}
        if "message_id" in known:
            data["message"] = self.messages.get(UUID(known.pop("message_id")))
        if row.kind == "assigned":
            data["packet"] = self.packets.get(conversation_id)
        return {**known, **data}


async def _messages(tx: Tx, rows: Sequence[Row], lens: Lens) -> dict[UUID, Message]:
    wanted = {UUID(row.data["message_id"]) for row in rows if "message_id" in row.data}
    if not wanted:
        return {}
    found = await tx.all(sa.select(s.message).where(s.message.c.id.in_(wanted)))
    return {message.id: message for message in await views.console_messages(tx, found, lens)}
