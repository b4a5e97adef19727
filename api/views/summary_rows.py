"""Conversations in one line each: one query for any number of them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import LateralFromClause

from api.views.contents import excerpt
from api.views.lens import Lens, as_script, when
from api.views.messages import scored
from api.views.shapes import Face, Last, Summary, VisitorRef
from core import schema as s
from core.clock import stamp
from core.db import Row, Tx
from handoff.schema import queue_entry, service

#: Beyond this an exact number of unread messages tells nobody anything.
MOST_UNREAD = 99

_c, _v, _a, _m = s.conversation.c, s.visitor.c, s.agent.c, s.message.c
_SHOWN = (
    *("id", "state", "version", "visitor_id", "channel", "agent_id", "group_id", "nlu"),
    *("opened_at", "active_at", "closed_at", "close_reason"),
)


@functools.cache
def query() -> sa.Select[Any]:
    """Everything that summary() needs, and active_at, for the caller to narrow, order and limit."""
    # Building it takes longer than running it.
    last, entry, served = _last(), _entry(), _served()
    return (
        sa.select(
            *(_c[name] for name in _SHOWN),
            _v.name.label("visitor_name"),
            _v.language.label("visitor_language"),
            _a.name.label("agent_name"),
            _a.avatar_blob_id,
            last.c.content.label("last_content"),
            last.c.author.label("last_author"),
            last.c.created_at.label("last_at"),
            last.c.position.label("last_position"),
            entry.c.reason,
            entry.c.priority,
            entry.c.entered_at,
            served.c.started_at,
            _unread().label("unread"),
        )
        .join(s.visitor, _v.id == _c.visitor_id)
        .outerjoin(s.agent, _a.id == _c.agent_id)
        .outerjoin(last, sa.true())
        .outerjoin(entry, sa.true())
        .outerjoin(served, sa.true())
    )


_this = _c.id == sa.bindparam("id")
_among = _c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(s.Uuid)))


def summary(row: Row, lens: Lens) -> Summary:
    return Summary(**_fields(row, lens))


async def summaries(
    tx: Tx, ids: set[UUID], lens: Lens, visible: sa.ColumnElement[bool] | None = None
) -> dict[UUID, Summary]:
    """Summaries by id.  Of conversations that are not visible the words are left out."""
    if not ids:
        return {}
    values = {"id": next(iter(ids))} if len(ids) == 1 else {"ids": list(ids)}
    rows = await tx.run(_chosen(visible, len(ids) == 1), values)
    return {row.id: summary(row, lens) if row.is_visible else _without_words(row, lens) for row in rows}


@functools.lru_cache(maxsize=1000)
def _chosen(visible: sa.ColumnElement[bool] | None, is_one: bool) -> sa.Select[Any]:
    """For a list PostgreSQL plans anew each time, which takes longer than the query: most often it is one."""
    seen = sa.true() if visible is None else visible
    return query().add_columns(seen.label("is_visible")).where(_this if is_one else _among)


async def rows(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Rows of query() by id."""
    found = await tx.run(_all_of(), {"ids": ids}) if ids else []
    return {row.id: row for row in found}


@functools.cache
def _all_of() -> sa.Select[Any]:
    return query().where(_among)


def fields(row: Row, lens: Lens) -> dict[str, Any]:
    """summary() as keyword arguments, for shapes that have more."""
    return _fields(row, lens)


def _fields(row: Row, lens: Lens) -> dict[str, Any]:
    nlu: dict[str, Any] = row.nlu or {}
    with_people = row.state != "bot"
    return {
        "id": row.id,
        "state": row.state,
        "version": row.version,
        "visitor": VisitorRef(
            row.visitor_id,
            lens.visitor_name(row.visitor_name, row.visitor_id),
            as_script(row.visitor_language),
        ),
        "channel": row.channel,
        "agent": _face(row, lens),
        "group_id": row.group_id,
        "reason": row.reason if with_people else None,
        "priority": (row.priority or 0) if row.state == "waiting" else 0,
        "opened_at": when(row.opened_at),
        "waiting_since": stamp(row.entered_at) if row.state == "waiting" else None,
        "assigned_at": stamp(row.started_at) if row.state in ("agent", "closed") else None,
        "closed_at": stamp(row.closed_at),
        "close_reason": row.close_reason if row.state == "closed" else None,
        "last": _last_words(row, lens),
        "unread": row.unread,
        "emotion": scored(nlu.get("emotion")),
        "intent": scored(nlu.get("intent")),
    }


def _without_words(row: Row, lens: Lens) -> Summary:
    return Summary(**{**_fields(row, lens), "last": None, "unread": 0, "emotion": None, "intent": None})


def _face(row: Row, lens: Lens) -> Face | None:
    if row.agent_id is None:
        return None
    return Face(row.agent_id, row.agent_name, lens.avatar(row.avatar_blob_id))


def _last_words(row: Row, lens: Lens) -> Last | None:
    if row.last_content is None:
        return None
    return Last(excerpt(row.last_content, lens), row.last_author, when(row.last_at), row.last_position)


def _last() -> LateralFromClause:
    """The last thing that somebody said publicly; events tell nothing that the state does not."""
    return (
        sa.select(_m.content, _m.author, _m.created_at, _m.position)
        .where(_m.conversation_id == _c.id, _m.seq.is_not(None), _m.author != "system")
        .order_by(_m.position.desc())
        .limit(1)
        .lateral("last")
    )


def _entry() -> LateralFromClause:
    q = queue_entry.c
    return (
        sa.select(q.reason, q.priority, q.entered_at)
        .where(q.conversation_id == _c.id)
        .order_by(q.entered_at.desc())
        .limit(1)
        .lateral("entry")
    )


def _served() -> LateralFromClause:
    return (
        sa.select(service.c.started_at)
        .where(service.c.conversation_id == _c.id)
        .order_by(service.c.started_at.desc())
        .limit(1)
        .lateral("served")
    )


def _unread() -> sa.ScalarSelect[Any]:
    """What the visitor wrote and no agent has seen, while it is people's turn."""
    missed = (
        sa.select(sa.literal(1))
        .where(
            _m.conversation_id == _c.id,
            _m.position > _c.agent_read_position,
            _m.author == "visitor",
            sa.or_(_c.state == "waiting", _c.state == "agent"),
        )
        .limit(MOST_UNREAD)
        .correlate(s.conversation)
        .subquery()
    )
    return sa.select(sa.func.count()).select_from(missed).scalar_subquery()
