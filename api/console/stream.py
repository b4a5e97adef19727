"""Stream rows as frames for a console: rows hold references, the words are joined when they are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from api import access, views
from api.views import Lens
from api.views.messages import COLUMNS
from api.views.shapes import Message, Packet, Summary
from core import schema as s
from core.agents import Agent
from core.clock import stamp
from core.db import Row, Tx

_e, _m = s.stream_event.c, s.message.c
_READ = (
    sa.select(
        _e.seq.label("event_seq"), _e.kind, _e.data.label("event_data"), _e.at.label("event_at"), *COLUMNS
    )
    .select_from(s.stream_event)
    .outerjoin(s.message, _m.id == sa.cast(_e.data["message_id"].astext, s.Uuid))
    .outerjoin(s.visitor, s.visitor.c.id == _m.visitor_id)
    .outerjoin(s.agent, s.agent.c.id == _m.agent_id)
    .where(_e.agent_id == sa.bindparam("reader_id"), _e.seq > sa.bindparam("after"))
    .order_by(_e.seq)
    .limit(sa.bindparam("most", type_=sa.Integer))
)


async def read(tx: Tx, agent_id: UUID, after: int, most: int) -> list[Row]:
    """The first events beyond a number, each with its message, if it has one."""
    return await tx.run(_READ, {"reader_id": agent_id, "after": after, "most": most})


async def frames(tx: Tx, me: Agent, rows: Sequence[Row], lens: Lens) -> list[bytes]:
    """One encoded frame per row of read, in order; a fixed number of queries for any number of rows.

    Of a conversation that is no longer theirs people learn the state, not the words.
    """
    if not rows:
        return []
    about = {UUID(row.event_data["conversation_id"]) for row in rows if "conversation_id" in row.event_data}
    assigned = {UUID(row.event_data["conversation_id"]) for row in rows if row.kind == "assigned"}
    said = await views.joined_for_console(tx, [row for row in rows if row.id], lens)
    joined = _Joined(
        summaries=await views.summaries(tx, about, lens, access.visible(me)),
        messages={message.id: message for message in said},
        packets=await views.packets(tx, assigned) if assigned else {},
    )
    return [joined.frame(row) for row in rows]


class _Joined(msgspec.Struct, frozen=True):
    summaries: dict[UUID, Summary]
    messages: dict[UUID, Message]
    packets: dict[UUID, Packet]

    def frame(self, row: Row) -> bytes:
        frame = {"type": "event", "seq": row.event_seq, "kind": row.kind, "at": stamp(row.event_at)}
        return msgspec.json.encode({**frame, "data": self._data(row)})

    def _data(self, row: Row) -> dict[str, Any]:
        known: dict[str, Any] = dict(row.event_data)
        if "conversation_id" not in known:
            return known
        conversation_id = UUID(known.pop("conversation_id"))
        data: dict[str, Any] = {"conversation": self.summaries.get(conversation_id)}
        if known.pop("message_id", None):
            data["message"] = self.messages.get(row.id)
        if row.kind == "assigned":
            data["packet"] = self.packets.get(conversation_id)
        return {**known, **data}
