"""A turn: which messages it holds, what the bot is told of them, and how its outcome is committed.

A turn is leased with a fencing token.  Its identity (turn_id) and its messages stay the same when it is
tried again after a crash, so that the bot can answer a repeated turn from its tracker and actions stay
idempotent; the token grows with each attempt, so that whatever an abandoned attempt still does is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core import schema as s
from core import timeline
from core.db import Row, Tx
from core.errors import Conflict
from core.ids import new_id
from core.messages import Attachment, Buttons, Card, Press, Text, parse_content, plain_text

#: Outlives the bot's deadline of 8 s: while a first attempt may still win no second one runs beside it.
LEASE = timedelta(seconds=12)

#: After this many attempts (crashes in between) a turn goes to people.
MAX_ATTEMPTS = 3


@dataclass(frozen=True)
class Lease:
    conversation_id: UUID
    turn_id: UUID
    fence: int
    after: int  # messages after this position ...
    upto: int  # ... up to this one
    attempts: int


@dataclass(frozen=True)
class Said:
    """What the visitor said in the turn."""

    message_ids: list[UUID]
    text: str
    payload: str | None
    bubbles: int
    has_words: bool  # false when there are only files: nothing in them that could be understood


async def lease(tx: Tx, limit: int, length: timedelta = LEASE) -> list[Lease]:
    """Lease due turns, oldest first.  Other processes' leases are stepped over, expired ones are taken up."""
    w = s.work.c
    rows = await tx.all(
        sa.select(s.work)
        .where(w.due_at <= tx.now, sa.or_(w.leased_until.is_(None), w.leased_until < tx.now))
        .order_by(w.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [await _lease_one(tx, row, length) for row in rows]


async def _lease_one(tx: Tx, row: Row, length: timedelta) -> Lease:
    fence, attempts = row.fence + 1, row.attempts + 1
    turn_id: UUID | None = row.turn_id
    if turn_id is None:
        turn_id, attempts = new_id(), 1
        upto = await _newest(tx, row.conversation_id, row.upto)
        owner = await tx.value(
            sa.select(s.conversation.c.state).where(s.conversation.c.id == row.conversation_id)
        )
        await tx.run(
            s.turn.insert().values(
                id=turn_id,
                conversation_id=row.conversation_id,
                fence=fence,
                upto=upto,
                owner=owner,
                started_at=tx.now,
            )
        )
    else:
        upto = await tx.value(
            s.turn.update().where(s.turn.c.id == turn_id).values(fence=fence).returning(s.turn.c.upto)
        )
    await tx.run(
        s.work.update()
        .where(s.work.c.conversation_id == row.conversation_id)
        .values(fence=fence, turn_id=turn_id, leased_until=tx.now + length, attempts=attempts)
    )
    return Lease(row.conversation_id, turn_id, fence, row.upto, upto, attempts)


async def _newest(tx: Tx, conversation_id: UUID, default: int) -> int:
    m = s.message.c
    newest = sa.select(sa.func.max(m.position)).where(
        m.conversation_id == conversation_id, m.author == "visitor"
    )
    return int(await tx.value(newest) or default)


async def next_due_s(tx: Tx) -> float | None:
    """Seconds until something is due, None when there is no work at all."""
    w = s.work.c
    due = await tx.value(
        sa.select(sa.func.min(sa.func.greatest(w.due_at, sa.func.coalesce(w.leased_until, w.due_at))))
    )
    return None if due is None else (due - tx.now).total_seconds()


async def said(tx: Tx, turn: Lease, language: str | None) -> Said:
    """The visitor's messages of the turn as one text, or as the payload of the button pressed last."""
    m = s.message.c
    rows = await tx.all(
        sa.select(m.id, m.content)
        .where(
            m.conversation_id == turn.conversation_id,
            m.author == "visitor",
            m.position > turn.after,
            m.position <= turn.upto,
        )
        .order_by(m.position)
    )
    contents = [parse_content(row.content) for row in rows]
    last = contents[-1] if contents else None
    payload = last.payload if isinstance(last, Press) else None
    if len(contents) == 1 and isinstance(last, Text):
        payload = await _typed_button(tx, turn, last.text)
    words = [_words(content, language) for content in contents]
    return Said(
        [row.id for row in rows],
        "\n".join(filter(None, words)),
        payload,
        len(rows),
        has_words=not all(isinstance(content, Attachment) for content in contents),
    )


async def _typed_button(tx: Tx, turn: Lease, text: str) -> str | None:
    """The payload of a button that the bot has just shown, when its title is written instead of pressed."""
    m = s.message.c
    rows = await tx.all(
        sa.select(m.content, m.turn_id)
        .where(m.conversation_id == turn.conversation_id, m.author == "bot", m.position <= turn.upto)
        .order_by(m.position.desc())
        .limit(5)
    )
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


async def still_mine(tx: Tx, turn: Lease) -> Row:
    """Lock conversation and work for the commit; returns the conversation.

    Conflict stale_turn when another attempt has taken the turn over meanwhile.
    """
    conversation = await timeline.lock(tx, turn.conversation_id)
    await check_fence(tx, turn.conversation_id, turn.turn_id, turn.fence)
    return conversation


async def check_fence(tx: Tx, conversation_id: UUID, turn_id: UUID, fence: int) -> None:
    """Conflict stale_turn unless this very attempt holds the turn.  Locks the work row."""
    w = s.work.c
    row = await tx.one(
        sa.select(w.turn_id, w.fence).where(w.conversation_id == conversation_id).with_for_update()
    )
    if row is None or row.turn_id != turn_id or row.fence != fence:
        raise Conflict("stale_turn")


async def finish(
    tx: Tx, turn: Lease, state: str, *, result: dict[str, Any] | None = None, error: str | None = None
) -> None:
    """Mark the turn's messages handled; what came meanwhile becomes the next turn."""
    await tx.run(
        s.turn.update()
        .where(s.turn.c.id == turn.turn_id)
        .values(state=state, result=result, error=error, ended_at=tx.now)
    )
    newest = await _newest(tx, turn.conversation_id, turn.upto)
    w = s.work.c
    due = sa.func.greatest(w.due_at, tx.now) if newest > turn.upto else None
    await tx.run(
        s.work.update()
        .where(w.conversation_id == turn.conversation_id)
        .values(upto=turn.upto, turn_id=None, leased_until=None, attempts=0, first_at=tx.now, due_at=due)
    )
    if newest > turn.upto:
        tx.hint("work")
