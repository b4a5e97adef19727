"""Conversations: opening, and every change of owner as a compare-and-set with its consequences.

Each function runs inside the caller's transaction with the conversation locked (timeline.lock), writes
the event, tells the visitor by an event message where that is due, and hints.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from core import events, streams, timeline, visitors
from core import schema as s
from core.db import Row, Tx
from core.errors import Conflict
from core.ids import new_id
from core.lifecycle import Move, State, after
from core.messages import Event


async def find_open(tx: Tx, visitor_id: UUID, brand: str = "default") -> Row | None:
    """The visitor's open live conversation.  The visitor's row must be locked for the answer to last."""
    c = s.conversation.c
    return await tx.one(
        sa.select(s.conversation).where(
            c.visitor_id == visitor_id, c.brand_id == brand, c.kind == "live", c.state != "closed"
        )
    )


async def find_or_open(
    tx: Tx, visitor_id: UUID, *, channel: str, identity_id: UUID, brand: str = "default"
) -> Row:
    """The open conversation, or a new one linked to the last.  Locks the visitor; follows a merge."""
    visitor_id = (await visitors.lock(tx, visitor_id)).id
    row = await find_open(tx, visitor_id, brand)
    return row or await open_for(tx, visitor_id, channel=channel, identity_id=identity_id, brand=brand)


async def open_for(
    tx: Tx, visitor_id: UUID, *, channel: str, identity_id: UUID, brand: str = "default"
) -> Row:
    """A new conversation, linked to the last, for a locked visitor who has none open."""
    c = s.conversation.c
    previous = await tx.value(
        sa.select(c.id).where(c.visitor_id == visitor_id).order_by(c.opened_at.desc()).limit(1)
    )
    made = (
        await tx.run(
            s.conversation.insert()
            .values(
                id=new_id(),
                brand_id=brand,
                visitor_id=visitor_id,
                channel=channel,
                identity_id=identity_id,
                previous_id=previous,
                opened_at=tx.now,
                active_at=tx.now,
            )
            .returning(s.conversation)
        )
    ).one()
    await events.record(
        tx,
        "conversation.opened",
        actor="visitor",
        conversation_id=made.id,
        visitor_id=visitor_id,
        channel=channel,
        previous=str(previous) if previous else None,
    )
    return made


async def move(
    tx: Tx, conversation: Row, move: Move, *, actor: str, by: UUID | None = None, **data: Any
) -> Row:
    """Apply a move by compare-and-set and log it; returns the new row.

    agent_id in data becomes the owner for claim and reassign.  Conflict when the state machine
    does not know the move or another mover was faster.
    """
    target = after(State(conversation.state), move)
    agent_id: UUID | None = data.pop("agent_id", None)
    values: dict[str, Any] = {"state": target, "version": conversation.version + 1, "active_at": tx.now}
    if target is State.AGENT:
        assert agent_id is not None
        values["agent_id"] = agent_id
        values["failures"] = 0
    elif target is State.CLOSED:
        values |= {"closed_at": tx.now, "close_reason": data.get("reason")}
    else:
        values["agent_id"] = None
    if "group_id" in data:
        values["group_id"] = data.pop("group_id")
    c = s.conversation.c
    if move in (Move.RETURN_TO_BOT, Move.CANCEL_WAIT):
        values["failures"] = 0
        # The bot was away: before its next turn it is told what it should know (rasa: a fresh session).
        values["bot"] = c.bot.op("||")(sa.cast({"renew": True}, JSONB))
    row = (
        await tx.run(
            s.conversation.update()
            .where(c.id == conversation.id, c.version == conversation.version)
            .values(**values)
            .returning(s.conversation)
        )
    ).first()
    if row is None:
        raise Conflict("changed_meanwhile")
    await events.record(
        tx,
        "conversation.moved",
        actor=actor,
        conversation_id=row.id,
        visitor_id=row.visitor_id,
        agent_id=by or agent_id or conversation.agent_id,
        move=str(move),
        before=conversation.state,
        after=str(target),
        owner=str(agent_id) if agent_id else None,
        **{k: v for k, v in data.items() if v is not None},
    )
    tx.hint(timeline.topic(row.visitor_id), f"watch:{row.id}", "queue", "board")
    return row


async def tell(tx: Tx, conversation: Row, name: str, *, turn_id: UUID | None = None, **data: Any) -> Row:
    """An event message in the timeline: agent_joined, requeued, closed ..."""
    return await timeline.post(
        tx, conversation, timeline.SYSTEM, Event(name=name, data=data), turn_id=turn_id, tell_agent=True
    )


async def inform(tx: Tx, agent_id: UUID, kind: str, conversation: Row, **data: Any) -> None:
    """Tell an agent's console about a change of a conversation (assigned, unassigned, conversation)."""
    await streams.publish(tx, agent_id, kind, conversation_id=str(conversation.id), **data)
