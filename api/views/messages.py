"""Message rows as visitors and as people of the house see them; a whole list costs at most three queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sanic import Sanic

from api.views.contents import content
from api.views.lens import Lens, as_script, when, words
from api.views.shapes import Author, Message, Nlu, Scored, VisitorMessage
from core import schema as s
from core import settings_store
from core.db import Row, Tx
from core.settings_store import Widget

_SYSTEM = Author("system", None, "")


@dataclass(frozen=True)
class _Cast:
    """Everybody who speaks in a list of messages."""

    visitors: dict[UUID, Row]
    agents: dict[UUID, Author]
    bot: Author

    def author(self, row: Row, lens: Lens) -> Author:
        match row.author:
            case "visitor":
                name = lens.visitor_name(self.visitors[row.visitor_id].name, row.visitor_id)
                return Author("visitor", row.visitor_id, name)
            case "agent":
                return self.agents.get(row.agent_id) or Author("agent", row.agent_id, "")
            case "bot":
                return self.bot
        return _SYSTEM


async def visitor_messages(app: Sanic[Any, Any], tx: Tx, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows of core.schema.message of one visitor, for that visitor: JSON-ready, in the order given."""
    if not rows:
        return []
    visitors = await _visitors(tx, rows)
    lens = Lens.of(app, as_script(visitors[rows[0].visitor_id].language))
    cast = await _cast(tx, rows, visitors, lens)
    return [
        msgspec.to_builtins(
            VisitorMessage(
                id=row.id,
                seq=row.seq,
                conversation_id=row.conversation_id,
                client_id=row.client_id,
                author=cast.author(row, lens),
                content=content(row.content, lens, internal=False),
                created_at=when(row.created_at),
            )
        )
        for row in rows
    ]


async def console_messages(tx: Tx, rows: Sequence[Row], lens: Lens) -> list[Message]:
    """The same for people of the house: notes, understanding and what the visitor has seen included."""
    if not rows:
        return []
    visitors = await _visitors(tx, rows)
    cast = await _cast(tx, rows, visitors, lens)
    return [_message(row, cast, visitors[row.visitor_id], lens) for row in rows]


def _message(row: Row, cast: _Cast, visitor: Row, lens: Lens) -> Message:
    public = row.seq is not None
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        position=row.position,
        seq=row.seq,
        internal=not public,
        author=cast.author(row, lens),
        content=content(row.content, lens, internal=True),
        channel=row.channel,
        client_id=row.client_id,
        created_at=when(row.created_at),
        delivered=row.seq <= visitor.delivered_seq if public else None,
        read=row.seq <= visitor.read_seq if public else None,
        nlu=nlu(row.nlu) if row.author == "visitor" else None,
    )


def nlu(raw: dict[str, Any] | None) -> Nlu | None:
    """A stored understanding; what an older bot left out is empty."""
    if not raw:
        return None
    ranking = [scored(item) for item in (raw.get("ranking") or [])[:3]]
    return Nlu(
        intent=scored(raw.get("intent")),
        ranking=[item for item in ranking if item is not None],
        emotion=scored(raw.get("emotion")),
        entities=raw.get("entities") or [],
        language=raw.get("language"),
    )


def scored(raw: Any) -> Scored | None:
    if not isinstance(raw, dict) or not raw.get("name"):
        return None
    return Scored(str(raw["name"]), round(float(raw.get("confidence") or 0), 3))


async def _visitors(tx: Tx, rows: Sequence[Row]) -> dict[UUID, Row]:
    v = s.visitor.c
    found = await tx.all(
        sa.select(v.id, v.name, v.language, v.delivered_seq, v.read_seq).where(
            v.id.in_({row.visitor_id for row in rows})
        )
    )
    return {row.id: row for row in found}


async def _cast(tx: Tx, rows: Sequence[Row], visitors: dict[UUID, Row], lens: Lens) -> _Cast:
    agent_ids = {row.agent_id for row in rows if row.author == "agent"}
    agents: dict[UUID, Author] = {}
    if agent_ids:
        a = s.agent.c
        for row in await tx.all(sa.select(a.id, a.name, a.avatar_blob_id).where(a.id.in_(agent_ids))):
            agents[row.id] = Author("agent", row.id, row.name, lens.avatar(row.avatar_blob_id))
    bot = _SYSTEM
    if any(row.author == "bot" for row in rows):
        face = (await settings_store.read(tx, Widget)).bot
        bot = Author("bot", None, words(face.name)[lens.script], lens.avatar(face.avatar_blob_id))
    return _Cast(visitors, agents, bot)
