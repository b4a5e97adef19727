"""Messages as visitors and as people of the house see them; a whole list costs one query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sanic import Sanic
from sqlalchemy.dialects.postgresql import ARRAY

from api.views.contents import content
from api.views.lens import Lens, as_script, when, words
from api.views.shapes import Author, Message, Nlu, Scored, VisitorMessage
from core import schema as s
from core import settings_store
from core.db import Row, Tx
from core.settings_store import Widget

_SYSTEM = Author("system", None, "")
_m, _v, _a = s.message.c, s.visitor.c, s.agent.c

#: A message with all that it is shown with.
COLUMNS = (
    *s.message.c,
    _v.name.label("visitor_name"),
    _v.language,
    _v.delivered_seq,
    _v.read_seq,
    _a.name.label("agent_name"),
    _a.avatar_blob_id,
)
#: Rows of them, for callers to narrow and order.
SHOWN = (
    sa.select(*COLUMNS)
    .join_from(s.message, s.visitor, _v.id == _m.visitor_id)
    .outerjoin(s.agent, _a.id == _m.agent_id)
)
#: One by itself: for a list PostgreSQL plans anew each time, which takes longer than the query.
_ONE = SHOWN.where(_m.id == sa.bindparam("id"))
_BY_ID = SHOWN.where(_m.id == sa.any_(sa.bindparam("ids", type_=ARRAY(s.Uuid))))
_AFTER = (
    SHOWN.where(_m.visitor_id == sa.bindparam("visitor_id"), _m.seq > sa.bindparam("after"))
    .order_by(_m.seq)
    .limit(sa.bindparam("most", type_=sa.Integer))
)


async def visitor_messages(app: Sanic[Any, Any], tx: Tx, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows of core.schema.message of one visitor, for that visitor: JSON-ready, in the order given."""
    found = await _by_id(tx, (row.id for row in rows))
    shown = await _for_visitor(app, tx, [found[row.id] for row in rows])
    return [msgspec.to_builtins(message) for message in shown]


async def visitor_messages_after(
    app: Sanic[Any, Any], tx: Tx, visitor_id: UUID, after: int, most: int
) -> list[VisitorMessage]:
    """The first messages beyond a seq."""
    rows = await tx.run(_AFTER, {"visitor_id": visitor_id, "after": after, "most": most})
    return await _for_visitor(app, tx, rows)


async def console_messages(tx: Tx, rows: Sequence[Row], lens: Lens) -> list[Message]:
    """The same for people of the house: notes, understanding and what the visitor has seen included."""
    found = await _by_id(tx, (row.id for row in rows))
    return await joined_for_console(tx, [found[row.id] for row in rows], lens)


async def joined_for_console(tx: Tx, rows: Sequence[Row], lens: Lens) -> list[Message]:
    """console_messages for rows that have all COLUMNS."""
    bot = _SYSTEM
    if _speaks_bot(rows):
        bot = _bot(await settings_store.read(tx, Widget), lens)
    return [_message(row, _author(row, bot, lens), lens) for row in rows]


async def _by_id(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, Row]:
    wanted = list(ids)
    if not wanted:
        return {}
    is_one = len(wanted) == 1
    found = await tx.run(_ONE, {"id": wanted[0]}) if is_one else await tx.run(_BY_ID, {"ids": wanted})
    return {row.id: row for row in found}


async def _for_visitor(app: Sanic[Any, Any], tx: Tx, rows: Sequence[Row]) -> list[VisitorMessage]:
    """Rows with COLUMNS, all of one visitor."""
    if not rows:
        return []
    lens, bot = Lens.of(app, as_script(rows[0].language)), _SYSTEM
    if _speaks_bot(rows):
        bot = _bot(await app.ctx.store.get(Widget, tx), lens)
    return [_visitor_message(row, _author(row, bot, lens), lens) for row in rows]


def _visitor_message(row: Row, author: Author, lens: Lens) -> VisitorMessage:
    return VisitorMessage(
        id=row.id,
        seq=row.seq,
        conversation_id=row.conversation_id,
        client_id=row.client_id,
        author=author,
        content=content(row.content, lens, internal=False),
        created_at=when(row.created_at),
    )


def _message(row: Row, author: Author, lens: Lens) -> Message:
    public = row.seq is not None
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        position=row.position,
        seq=row.seq,
        internal=not public,
        author=author,
        content=content(row.content, lens, internal=True),
        channel=row.channel,
        client_id=row.client_id,
        created_at=when(row.created_at),
        delivered=row.seq <= row.delivered_seq if public else None,
        read=row.seq <= row.read_seq if public else None,
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


def _author(row: Row, bot: Author, lens: Lens) -> Author:
    match row.author:
        case "visitor":
            return Author("visitor", row.visitor_id, lens.visitor_name(row.visitor_name, row.visitor_id))
        case "agent":
            return Author("agent", row.agent_id, row.agent_name or "", lens.avatar(row.avatar_blob_id))
        case "bot":
            return bot
    return _SYSTEM


def _speaks_bot(rows: Sequence[Row]) -> bool:
    return any(row.author == "bot" for row in rows)


def _bot(widget: Widget, lens: Lens) -> Author:
    face = widget.bot
    return Author("bot", None, words(face.name)[lens.script], lens.avatar(face.avatar_blob_id))
