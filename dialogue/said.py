"""What the visitor said in a turn, as the bot is given it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core import schema as s
from core.db import Row, Tx
from core.messages import Attachment, Buttons, Card, Press, Text, parse_content, plain_text
from core.visitors import SIGNED
from dialogue.turns import Lease, Read


@dataclass(frozen=True)
class Said:
    """What the visitor said in the turn."""

    message_ids: list[UUID]
    text: str
    payload: str | None
    bubbles: int
    has_words: bool  # false when there are only files: nothing in them that could be understood
    customer: str | None = None  # the business's own id of who wrote it, if the business vouched for it


_m, _i = s.message.c, s.identity.c
_SAID = (
    sa.select(_m.id, _m.content, _i.external_id, _i.verified)
    .outerjoin(s.identity, _i.id == _m.identity_id)
    .where(
        _m.conversation_id == sa.bindparam("conversation_id"),
        _m.author == "visitor",
        _m.position > sa.bindparam("after"),
        _m.position <= sa.bindparam("upto"),
    )
    .order_by(_m.position)
)
#: The bot's latest words: buttons among them may be answered by writing their title.
_SHOWN = (
    sa.select(_m.content, _m.turn_id)
    .where(
        _m.conversation_id == sa.bindparam("conversation_id"),
        _m.author == "bot",
        _m.position <= sa.bindparam("upto"),
    )
    .order_by(_m.position.desc())
    .limit(5)
)


async def said(tx: Tx, turn: Lease | Read, language: str | None, *, to_bot: bool) -> Said:
    """The visitor's messages of the turn as one text, or as the payload of the button pressed last."""
    rows = await tx.run(
        _SAID, {"conversation_id": turn.conversation_id, "after": turn.after, "upto": turn.upto}
    )
    contents = [parse_content(row.content) for row in rows]
    last = contents[-1] if contents else None
    payload = last.payload if isinstance(last, Press) else None
    if to_bot and len(contents) == 1 and isinstance(last, Text):
        payload = await _typed_button(tx, turn, last.text)
    words = [_words(content, language) for content in contents]
    return Said(
        [row.id for row in rows],
        "\n".join(filter(None, words)),
        payload,
        len(rows),
        has_words=not all(isinstance(content, Attachment) for content in contents),
        customer=_customer(rows),
    )


def _customer(rows: Sequence[Row]) -> str | None:
    """A visitor may have several identities, merged by people too: what opens orders is the one that all of
    this came in by.
    """
    senders = {row.external_id if row.verified else None for row in rows}
    sender = senders.pop() if len(senders) == 1 else None
    return sender.removeprefix(SIGNED) if sender and sender.startswith(SIGNED) else None


async def _typed_button(tx: Tx, turn: Lease | Read, text: str) -> str | None:
    """The payload of a button that the bot has just shown, when its title is written instead of pressed."""
    rows = await tx.run(_SHOWN, {"conversation_id": turn.conversation_id, "upto": turn.upto})
    wanted = text.strip().casefold()
    for row in rows:
        shown = parse_content(row.content)
        if row.turn_id != rows[0].turn_id or not isinstance(shown, Buttons | Card):
            continue
        for button in shown.buttons:
            if button.title.strip().casefold() == wanted:
                return button.payload
    return None


def _words(content: Any, language: str | None) -> str:
    if isinstance(content, Attachment):
        kind = type(content).__name__.lower()
        chinese = {"image": "图片", "file": "文件", "audio": "语音", "video": "视频"}[kind]
        return f"[{chinese}]" if (language or "zh").startswith("zh") else f"[{kind}]"
    return plain_text(content)
