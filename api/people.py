"""People of the house as the interfaces show them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core import agents
from core import schema as s
from core.agents import Agent
from core.db import Tx
from core.links import Links
from handoff.presence import LIVE_FOR, SERVING


def avatar(links: Links, blob_id: UUID | None) -> str | None:
    return links.path(blob_id, "avatar") if blob_id else None


async def me(tx: Tx, links: Links, agent_id: UUID) -> dict[str, Any]:
    """Me of docs/reference/console-api.md."""
    row = await agents.get(tx, agent_id)
    agent: Agent = agents.from_row(row)
    return {
        "id": agent.id,
        "username": agent.username,
        "name": agent.name,
        "avatar": avatar(links, agent.avatar_blob_id),
        "role": agent.role,
        "language": agent.language,
        "availability": agent.availability,
        "capacity": agent.capacity,
        "open": int(await tx.value(sa.select(_open_count(sa.literal(agent_id))))),
        "groups": await agents.groups_of(tx, agent_id),
    }


async def roster(tx: Tx, links: Links) -> list[dict[str, Any]]:
    """Everybody who serves visitors, with availability, liveness and load; used by transfer and board."""
    a, member = s.agent.c, s.group_member.c
    groups = sa.select(sa.func.array_agg(member.group_id)).where(member.agent_id == a.id).scalar_subquery()
    rows = await tx.all(
        sa.select(s.agent, _open_count(a.id).label("open"), groups.label("group_ids"))
        .where(a.disabled_at.is_(None), a.role.in_(SERVING))
        .order_by(a.name, a.id)
    )
    return [
        {
            "id": row.id,
            "name": row.name,
            "avatar": avatar(links, row.avatar_blob_id),
            "role": row.role,
            "availability": row.availability,
            "live": row.live_at is not None and row.live_at > tx.now - LIVE_FOR,
            "open": row.open,
            "capacity": row.capacity,
            "groups": row.group_ids or [],
        }
        for row in rows
    ]


def _open_count(agent_id: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    c = s.conversation.c
    return (
        sa.select(sa.func.count())
        .select_from(s.conversation)
        .where(c.agent_id == agent_id, c.state == "agent")
        .scalar_subquery()
    )
