"""The visitor panel: who this is, on which channels, with which past."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from api.views.devices import device
from api.views.lens import Lens, as_script, when
from api.views.shapes import Identity, Page, PastConversation, Rating, Visitor
from core import schema as s
from core import visitors
from core.clock import stamp
from core.db import Tx
from handoff.schema import service

#: Conversations and ratings shown, newest first.
_PAST = 50
_SCRIPTS = {"zh": "Hans", "zh-Hant": "Hant"}


async def visitor_panel(tx: Tx, visitor_id: UUID, lens: Lens) -> Visitor:
    """Everything that the console shows beside a conversation.  NotFound for an unknown visitor."""
    row = await visitors.get(tx, visitor_id)
    traits: dict[str, Any] = row.traits or {}
    zone = traits.get("time_zone") or None
    language = as_script(row.language)
    return Visitor(
        id=row.id,
        name=lens.visitor_name(row.name, row.id),
        language=language,
        script=_SCRIPTS.get(language),
        identities=await _identities(tx, row.id),
        page=_page(traits.get("page")),
        referrer=traits.get("referrer") or None,
        device=device(traits.get("device")),
        local_time=_local_time(tx.now, zone),
        time_zone=zone,
        first_seen_at=when(row.created_at),
        conversations=await _past(tx, row.id),
        ratings=await _ratings(tx, row.id),
    )


async def _identities(tx: Tx, visitor_id: UUID) -> list[Identity]:
    i = s.identity.c
    rows = await tx.all(
        sa.select(s.identity).where(i.visitor_id == visitor_id).order_by(i.last_seen_at.desc(), i.id)
    )
    return [
        Identity(row.id, row.channel, row.external_id, row.verified, stamp(row.last_seen_at)) for row in rows
    ]


async def _past(tx: Tx, visitor_id: UUID) -> list[PastConversation]:
    c, m, a = s.conversation.c, s.message.c, s.agent.c
    counted = (
        sa.select(sa.func.count())
        .select_from(s.message)
        .where(m.conversation_id == c.id, m.seq.is_not(None), m.author != "system")
        .scalar_subquery()
    )
    rows = await tx.all(
        sa.select(c.id, c.state, c.opened_at, c.closed_at, c.channel, a.name, counted.label("messages"))
        .outerjoin(s.agent, a.id == c.agent_id)
        .where(c.visitor_id == visitor_id)
        .order_by(c.opened_at.desc())
        .limit(_PAST)
    )
    return [
        PastConversation(
            row.id, row.state, when(row.opened_at), stamp(row.closed_at), row.channel, row.name, row.messages
        )
        for row in rows
    ]


async def _ratings(tx: Tx, visitor_id: UUID) -> list[Rating]:
    c = service.c
    rows = await tx.all(
        sa.select(c.score, c.rated_at)
        .where(c.visitor_id == visitor_id, c.score.is_not(None))
        .order_by(c.rated_at.desc())
        .limit(_PAST)
    )
    return [Rating(row.score, stamp(row.rated_at)) for row in rows]


def _page(raw: Any) -> Page | None:
    if not isinstance(raw, dict) or not raw.get("url"):
        return None
    return Page(str(raw["url"]), str(raw.get("title", "")), raw.get("at"))


def _local_time(now: datetime, zone: str | None) -> str | None:
    """HH:MM where the visitor is; None for a zone that does not exist (the visitor's program names it)."""
    if zone is None:
        return None
    try:
        return now.astimezone(ZoneInfo(zone)).strftime("%H:%M")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
