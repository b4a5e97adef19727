"""The only way to other people's conversations: what a person of the house may see, as conditions in SQL.

Agents see what they serve, the waiting line, closed conversations that they served, and the whole past of
the visitors whom they serve now.  Supervisors and administrators see everything.  Staff see a conversation
through a ticket that came out of it, trainers none.  What one may not see does not exist: NotFound.
"""

from __future__ import annotations

import functools
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from api.views.shapes import May
from core import schema as s
from core.agents import Agent
from core.db import Row, Tx
from core.errors import NotFound
from handoff.presence import SERVING
from handoff.schema import queue_entry, service
from tickets.schema import ticket

LEADING = ("supervisor", "admin")
_c = s.conversation.c
_now = s.conversation.alias("now_served")
#: Composing a condition takes longer than asking the database: each is made once for a person and kept.
_kept = functools.lru_cache(maxsize=1000)


def visible(me: Agent) -> sa.ColumnElement[bool]:
    """The condition on core.schema.conversation for "this person may read it"."""
    return _visible(me.role, me.id)


@_kept
def _visible(role: str, agent_id: UUID) -> sa.ColumnElement[bool]:
    if role in LEADING:
        return sa.true()
    if role == "agent":
        return sa.or_(
            _c.state == "waiting",
            sa.and_(_c.state == "agent", _c.agent_id == agent_id),
            sa.and_(_c.state == "closed", served_by(agent_id)),
            _visitor_served_by(agent_id),
        )
    if role == "staff":
        return sa.exists().where(ticket.c.conversation_id == _c.id)
    return sa.false()


@_kept
def served_by(agent_id: UUID) -> sa.ColumnElement[bool]:
    return sa.exists().where(service.c.conversation_id == _c.id, service.c.agent_id == agent_id)


@functools.cache
def was_queued() -> sa.ColumnElement[bool]:
    """It stood in the line once, where every agent could see it."""
    return sa.exists().where(queue_entry.c.conversation_id == _c.id)


async def conversation(
    tx: Tx, me: Agent, conversation_id: UUID, *, also: sa.ColumnElement[bool] | None = None
) -> Row:
    """The conversation's row, if it is visible (or fulfils also); NotFound otherwise."""
    row = (await tx.run(_one(visible(me), also), {"conversation_id": conversation_id})).first()
    if row is None:
        raise NotFound()
    return row


@_kept
def _one(allowed: sa.ColumnElement[bool], also: sa.ColumnElement[bool] | None) -> sa.Select[Any]:
    if also is not None:
        allowed = sa.or_(allowed, also)
    return sa.select(s.conversation).where(_c.id == sa.bindparam("conversation_id"), allowed)


def may(me: Agent, row: Row) -> May:
    """What the person may do with a conversation that is visible.  The desk decides again, under lock."""
    serves = me.role in SERVING
    owns = serves and row.state == "agent" and row.agent_id == me.id
    leads = me.role in LEADING
    return May(
        reply=owns,
        accept=serves and (row.state == "waiting" or (leads and row.state == "bot")),
        transfer=owns,
        close=owns or (leads and row.state in ("bot", "waiting")),
        return_to_bot=owns,
    )


def _visitor_served_by(agent_id: UUID) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        _now.c.visitor_id == _c.visitor_id, _now.c.state == "agent", _now.c.agent_id == agent_id
    )
