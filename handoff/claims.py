"""Taking a conversation: capacity is reserved in the very transaction that takes it.

Room is derived, never counted by hand: under the agent's row lock we count the conversations that the
agent has in service.  Two claims for one agent therefore take turns, and so do two claims for one
conversation, on its lock.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from core import conversations, events, timeline
from core import schema as s
from core.db import Row, Tx
from core.errors import Conflict, Forbidden, NotFound
from core.ids import new_id
from core.lifecycle import Move
from handoff import queue
from handoff.presence import LIVE_FOR, SERVING
from handoff.schema import service


async def claim(tx: Tx, conversation_id: UUID, agent_id: UUID, *, how: str, note: str | None = None) -> Row:
    """Give the conversation to the agent; returns its new row.

    how: auto (routing: the agent must be online and live), transfer (must be live), accept, takeover.
    Conflict taken, closed, no_capacity or not_available; Forbidden for roles that do not serve.
    A takeover ignores the queue and the former owner, and may exceed the capacity: a person decided it.
    """
    before = await timeline.lock(tx, conversation_id)
    if before.state == "closed":
        raise Conflict("closed")
    if before.state == "agent":
        if before.agent_id == agent_id:
            raise Conflict("already_yours")
        if how not in ("transfer", "takeover"):
            raise Conflict("taken")
    if how == "auto" and before.state != "waiting":
        raise Conflict("taken")
    agent = await _locked_agent(tx, agent_id, how)
    if how != "takeover":
        await _check_room(tx, agent)
    entry = await queue.leave(tx, conversation_id, "assigned", agent_id)
    if before.state == "agent":
        await end_service(tx, before, how)
    move = Move.REASSIGN if before.state == "agent" else Move.CLAIM
    row = await conversations.move(
        tx,
        before,
        move,
        actor="system" if how == "auto" else "agent",
        by=agent_id,
        agent_id=agent_id,
        how=how,
    )
    changes = {"last_assigned_at": tx.now}
    if how in ("accept", "takeover"):
        changes["live_at"] = tx.now  # whoever takes something is there
    await tx.run(s.agent.update().where(s.agent.c.id == agent_id).values(**changes))
    await _start_service(tx, row, entry, how)
    await _announce(tx, before, row, agent, entry, how, note)
    return row


async def _locked_agent(tx: Tx, agent_id: UUID, how: str) -> Row:
    agent = await tx.one(sa.select(s.agent).where(s.agent.c.id == agent_id).with_for_update(key_share=True))
    if agent is None:
        raise NotFound("no_such_agent")
    if agent.role not in SERVING or agent.disabled_at is not None:
        raise Forbidden("role_does_not_serve")
    live = agent.live_at is not None and agent.live_at > tx.now - LIVE_FOR
    if how == "auto" and not (live and agent.availability == "online"):
        raise Conflict("not_available")
    if how == "transfer" and not live:
        raise Conflict("not_available")
    return agent


async def _check_room(tx: Tx, agent: Row) -> None:
    if await in_service(tx, agent.id) >= agent.capacity:
        raise Conflict("no_capacity")


async def in_service(tx: Tx, agent_id: UUID) -> int:
    """How many conversations the agent has now."""
    c = s.conversation.c
    count = (
        sa.select(sa.func.count())
        .select_from(s.conversation)
        .where(c.agent_id == agent_id, c.state == "agent")
    )
    return int(await tx.value(count))


async def _start_service(tx: Tx, row: Row, entry: Row | None, how: str) -> None:
    await tx.run(
        service.insert().values(
            id=new_id(),
            conversation_id=row.id,
            visitor_id=row.visitor_id,
            agent_id=row.agent_id,
            queue_entry_id=entry.id if entry else None,
            how=how,
            started_at=tx.now,
        )
    )


async def end_service(tx: Tx, conversation: Row, reason: str) -> None:
    """End the running service segment of a conversation in state agent."""
    c = service.c
    ended = (
        await tx.run(
            service.update()
            .where(c.conversation_id == conversation.id, c.ended_at.is_(None))
            .values(ended_at=tx.now, end_reason=reason)
            .returning(service)
        )
    ).first()
    if ended is not None:
        await events.record(
            tx,
            "service.ended",
            actor="system",
            conversation_id=conversation.id,
            visitor_id=conversation.visitor_id,
            agent_id=ended.agent_id,
            service_id=str(ended.id),
            reason=reason,
        )


async def _announce(
    tx: Tx,
    before: Row,
    row: Row,
    agent: Row,
    entry: Row | None,
    how: str,
    note: str | None,
) -> None:
    waited = (tx.now - entry.entered_at).total_seconds() if entry else None
    await events.record(
        tx,
        "service.started",
        actor="system",
        conversation_id=row.id,
        visitor_id=row.visitor_id,
        agent_id=agent.id,
        how=how,
        waited_s=waited,
    )
    await conversations.inform(tx, agent.id, "assigned", row, how=how, note=note)
    if before.state == "agent":
        await conversations.inform(tx, before.agent_id, "unassigned", row, why=how)
    avatar = str(agent.avatar_blob_id) if agent.avatar_blob_id else None
    await conversations.tell(tx, row, "agent_joined", agent={"name": agent.name, "avatar_blob_id": avatar})
