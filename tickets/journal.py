"""A ticket's timeline, its events in the log, and hints to the people concerned."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core import events, streams
from core.db import Row, Tx
from core.ids import new_id
from tickets import schema as t
from tickets.states import is_reopening


async def note_change(tx: Tx, row: Row, key: str, value: Any, agent_id: UUID) -> None:
    kind = key.removesuffix("_id")
    before, after = _plain(getattr(row, key)), _plain(value)
    data = {"before": before, "after": after}
    await enter(tx, row, kind, "agent", agent_id, data, public=kind == "state")
    extra = {"reopened": True} if kind == "state" and is_reopening(before, after) else {}
    await record(tx, row, f"ticket.{kind}_changed", "agent", agent_id, **data, **extra)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


async def enter(
    tx: Tx,
    row: Row,
    kind: str,
    actor: str,
    agent_id: UUID | None,
    data: dict[str, Any],
    *,
    public: bool = False,
) -> None:
    await tx.run(
        t.ticket_entry.insert().values(
            id=new_id(),
            ticket_id=row.id,
            kind=kind,
            actor=actor,
            agent_id=agent_id,
            data=data,
            public=public,
            at=tx.now,
        )
    )


async def record(tx: Tx, row: Row, type: str, actor: str, agent_id: UUID | None, **data: Any) -> None:
    await events.record(
        tx,
        type,
        actor=actor,
        conversation_id=row.conversation_id,
        visitor_id=row.visitor_id,
        agent_id=agent_id,
        number=row.number,
        **{key: _plain(value) for key, value in data.items()},
    )
    tx.hint("board", "tickets")


async def tell_assignees(tx: Tx, agent_ids: set[UUID], row: Row) -> None:
    for agent_id in sorted(agent_ids):
        await streams.publish(tx, agent_id, "ticket", number=row.number)
