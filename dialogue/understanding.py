"""What the bot understood, kept with the message, the conversation and the visitor."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from core import schema as s
from core.db import Row, Tx
from core.sql import query
from dialogue.client import TurnAnswer
from dialogue.said import Said

#: How many of the bot's actions a conversation remembers for the handoff packet.
_TRIED = 12


def summary(nlu: dict[str, Any]) -> dict[str, Any]:
    """The part of an understanding that we keep with a message."""
    return {
        "intent": nlu.get("intent"),
        "ranking": (nlu.get("ranking") or [])[:3],
        "emotion": nlu.get("emotion"),
        "entities": [{"entity": e.get("entity"), "value": e.get("value")} for e in nlu.get("entities") or []],
        "language": nlu.get("language"),
    }


def language_of(nlu: dict[str, Any]) -> str | None:
    """How the visitor writes: zh, zh-Hant or en; None when the bot does not say."""
    chinese = "zh-Hant" if nlu.get("script") == "Hant" else "zh"
    return {"zh": chinese, "en": "en"}.get(nlu.get("language") or "")


async def note(tx: Tx, row: Row, said: Said, answer: TurnAnswer) -> Row:
    """Keep what a turn of the bot brought; returns the conversation's new row."""
    changes = {
        "id": row.id,
        "visitor_id": row.visitor_id,
        "message_id": said.message_ids[-1] if said.message_ids else None,
        "language": language_of(answer.nlu),
        "nlu": summary(answer.nlu),
        "bot": _memory(row.bot or {}, answer),
        "failures": 0 if answer.understood else row.failures + 1,
        "now": tx.now,
    }
    return (await tx.run(_NOTE, changes)).one()


def _memory(before: dict[str, Any], answer: TurnAnswer) -> dict[str, Any]:
    tried = [action for action in answer.actions if action != "action_listen"]
    return {
        **{key: value for key, value in before.items() if key != "renew"},
        "slots": answer.slots,
        "form": answer.form,
        "tried": (before.get("tried", []) + tried)[-_TRIED:],
        "turns": before.get("turns", 0) + 1,
    }


_NOTE = query(
    """
    with heard as (
        update message set nlu = :nlu where id = :message_id
    ), spoken as (
        update visitor set language = :language
        where id = :visitor_id and :language is not null and language is distinct from :language
    )
    update conversation set nlu = :nlu, bot = :bot, failures = :failures, active_at = :now
    where id = :id
    returning *
    """,
    id=s.Uuid,
    visitor_id=s.Uuid,
    message_id=s.Uuid,
    language=sa.Text,
    nlu=JSONB,
    bot=JSONB,
    failures=sa.Integer,
    now=s.Time,
)


async def annotate(tx: Tx, conversation_id: UUID, message_id: UUID, nlu: dict[str, Any]) -> Row:
    """Keep what a message to people means; returns the conversation's new row."""
    return (await tx.run(_ANNOTATE, {"id": conversation_id, "message_id": message_id, "nlu": nlu})).one()


_ANNOTATE = query(
    """
    with heard as (update message set nlu = :nlu where id = :message_id)
    update conversation set nlu = :nlu where id = :id returning *
    """,
    id=s.Uuid,
    message_id=s.Uuid,
    nlu=JSONB,
)
