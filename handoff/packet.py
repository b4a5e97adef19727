"""The handoff packet: what an agent should know in ten seconds, frozen at the moment of the handoff."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core import schema as s
from core.clock import stamp
from core.db import Row, Tx
from core.messages import parse_content, plain_text

#: Slots by which the bot steers itself: they tell an agent nothing.
_OWN_USE = frozenset({"language", "script", "emotion", "pending", "form_misses", "requested_slot"})

#: What the bot calls what it did not understand.
_NOT_UNDERSTOOD = "nlu_fallback"

#: How far back a packet looks.
_RECENT = 40


async def build(tx: Tx, conversation: Row, reason: str, note: str | None) -> dict[str, Any]:
    """The packet as JSON (docs/reference/console-api.md, Packet)."""
    m = s.message.c
    heard = await tx.all(
        sa.select(m.content, m.nlu, m.created_at)
        .where(m.conversation_id == conversation.id, m.author == "visitor")
        .order_by(m.position.desc())
        .limit(_RECENT)
    )
    bot: dict[str, Any] = conversation.bot or {}
    understood = [(row, row.nlu) for row in reversed(heard) if row.nlu]
    lost = sum((nlu.get("intent") or {}).get("name") == _NOT_UNDERSTOOD for _, nlu in understood)
    return {
        "reason": reason,
        "note": note,
        "at": stamp(tx.now),
        "turns": bot.get("turns", 0),
        "failures": max(lost, conversation.failures),
        "intents": [
            {
                **nlu["intent"],
                "text": plain_text(parse_content(row.content))[:200],
                "at": stamp(row.created_at),
            }
            for row, nlu in understood
            if nlu.get("intent")
        ],
        "emotions": [
            {**nlu["emotion"], "at": stamp(row.created_at)} for row, nlu in understood if nlu.get("emotion")
        ],
        "slots": {k: v for k, v in bot.get("slots", {}).items() if k not in _OWN_USE},
        "entities": _entities(nlu for _, nlu in understood),
        "tried": bot.get("tried", []),
        "form": bot.get("form"),
        "language": (conversation.nlu or {}).get("language"),
    }


def _entities(parses: Any) -> list[dict[str, Any]]:
    """Each entity once, the newest value last."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for nlu in parses:
        for entity in nlu.get("entities") or []:
            item = {"entity": entity["entity"], "value": str(entity["value"])}
            found.pop((item["entity"], item["value"]), None)
            found[item["entity"], item["value"]] = item
    return list(found.values())
