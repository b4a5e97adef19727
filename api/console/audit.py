"""Who changed what: the audit log, newest first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.console.trail import PREFIX, READERS
from api.guards import agent_required
from api.http import answer, query_int
from core import schema as s
from core.db import Row

blueprint = Blueprint("console_audit", url_prefix=PREFIX)


@blueprint.get("/audit")
@agent_required(*READERS)
async def list_audit(request: Request) -> HTTPResponse:
    """cursor is the number of the last row seen."""
    limit = query_int(request, "limit", 50, 1, 200)
    cursor = query_int(request, "cursor", 2**62, 0, 2**62)
    a = s.audit.c
    async with context.db(request).begin() as tx:
        rows = await tx.all(sa.select(s.audit).where(a.id < cursor).order_by(a.id.desc()).limit(limit + 1))
        ids = {id for row in rows for name in (row.actor, row.object) if (id := _agent_id(name))}
        names = await tx.all(sa.select(s.agent.c.id, s.agent.c.name).where(s.agent.c.id.in_(ids)))
    known = {row.id: row.name for row in names}
    shown = [_shown(row, known) for row in rows[:limit]]
    return answer({"items": shown, "next": str(rows[limit - 1].id) if len(rows) > limit else None})


def _agent_id(actor: str) -> UUID | None:
    kind, _, key = actor.partition(":")
    try:
        return UUID(key) if kind == "agent" else None
    except ValueError:
        return None


def _shown(row: Row, names: dict[UUID, str]) -> dict[str, Any]:
    agent_id = _agent_id(row.actor)
    return {
        "at": row.at,
        "actor": {"id": agent_id, "name": names.get(agent_id, "")} if agent_id else row.actor,
        "verb": row.verb,
        "object": row.object,
        "about": names.get(about) if (about := _agent_id(row.object)) else None,
        "data": row.data,
    }
