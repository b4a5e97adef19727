"""Gives waiting conversations to agents, the moment there is somebody, room, or somebody who waits.

Hints wake it; a sweep each second makes a lost hint cost a second at most.  Any number of processes may
run routers at once: the claim decides, and whoever comes second finds it taken.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog

from core import conversations, timeline
from core import schema as s
from core.db import Database, Tx
from core.errors import Conflict, Forbidden, KetingError, NotFound, Unavailable
from handoff import assignment, claims, desk
from handoff.presence import LIVE_FOR, available, on_duty
from handoff.schema import queue_entry, service

log = structlog.get_logger(__name__)

SWEEP_S = 1.0

#: Waiting entries of one group, and visitors to tell, looked at in one pass.
_BATCH = 500

#: Claims under way at once in one pass; each holds one database connection.
_ABREAST = 4


class Router:
    def __init__(self, db: Database) -> None:
        self.db = db

    async def run(self) -> None:
        """Route until cancelled.  A database that is away is waited for."""
        with self.db.hints.watch("queue", "presence") as watch:
            while True:
                try:
                    await self.once()
                except Unavailable:
                    log.warning("router.database_unavailable")
                except Exception:
                    log.exception("router.failed")
                await watch.wait(SWEEP_S)

    async def once(self) -> int:
        """Take lost agents' conversations back, then assign what can be assigned; returns how many."""
        await self.reclaim()
        assigned = 0
        while pairs := await self._plan():
            done = await self._claim_all(pairs)
            assigned += done
            if done == 0:
                break
        await self._tell_nobody()
        return assigned

    async def reclaim(self) -> None:
        """Conversations of agents without a sign of life go back to the head of the line."""
        async with self.db.reading() as tx:
            rows = await tx.all(
                sa.select(s.conversation.c.id, s.conversation.c.agent_id)
                .join(s.agent, s.agent.c.id == s.conversation.c.agent_id)
                .where(
                    s.conversation.c.state == "agent",
                    sa.or_(
                        s.agent.c.live_at.is_(None),
                        s.agent.c.live_at < tx.now - LIVE_FOR,
                        s.agent.c.disabled_at.is_not(None),
                    ),
                )
            )
        for row in rows:
            with contextlib.suppress(Conflict, NotFound):
                await self.db.retrying(lambda tx, row=row: self._reclaim_one(tx, row.id, row.agent_id))  # type: ignore[misc]

    async def _reclaim_one(self, tx: Tx, conversation_id: UUID, agent_id: UUID) -> None:
        before = await timeline.lock(tx, conversation_id)
        if before.state != "agent" or before.agent_id != agent_id:
            return
        agent = (await tx.run(sa.select(s.agent).where(s.agent.c.id == agent_id))).one()
        if agent.disabled_at is None and agent.live_at is not None and agent.live_at >= tx.now - LIVE_FOR:
            return  # came back while we looked
        await desk.requeue(tx, before, "agent_lost", actor="system")
        log.info("handoff.agent_lost", conversation=str(conversation_id), agent=str(agent_id))

    async def _plan(self) -> list[tuple[UUID, UUID]]:
        async with self.db.reading() as tx:
            team = await candidates(tx)
            room = sum(max(agent.capacity - agent.open, 0) for agent in team)
            if not room:
                return []
            line = await waiting_line(tx, room)
            if not line:
                return []
            rules = await group_rules(tx)
        return assignment.plan(
            line, team, self.db.clock.now(), lambda group: rules.get(group, ("least_loaded", True))
        )

    async def _claim_all(self, pairs: list[tuple[UUID, UUID]]) -> int:
        gate = asyncio.Semaphore(_ABREAST)

        async def one(conversation_id: UUID, agent_id: UUID) -> bool:
            async with gate:
                try:
                    await self.db.retrying(lambda tx: claims.claim(tx, conversation_id, agent_id, how="auto"))
                except (Conflict, NotFound, Forbidden):
                    return False  # somebody was faster, or the agent just left: the next pass sees
                return True

        results = await asyncio.gather(*(one(*pair) for pair in pairs), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, KetingError):
                raise result
        return sum(result is True for result in results)

    async def _tell_nobody(self) -> None:
        """Whoever began to wait while somebody was on duty is told, once, when nobody is any longer."""
        q = queue_entry.c
        async with self.db.reading() as tx:
            if await on_duty(tx):
                return
            ids = [
                row.conversation_id
                for row in await tx.all(
                    sa.select(q.conversation_id)
                    .where(q.state == "waiting", q.told_nobody_at.is_(None))
                    .limit(_BATCH)
                )
            ]
        for conversation_id in ids:
            with contextlib.suppress(Conflict, NotFound):
                await self.db.retrying(lambda tx, c=conversation_id: self._tell_one(tx, c))  # type: ignore[misc]

    async def _tell_one(self, tx: Tx, conversation_id: UUID) -> None:
        row = await timeline.lock(tx, conversation_id)
        q = queue_entry.c
        told = await tx.run(
            queue_entry.update()
            .where(q.conversation_id == conversation_id, q.state == "waiting", q.told_nobody_at.is_(None))
            .values(told_nobody_at=tx.now)
            .returning(q.id)
        )
        if told:
            await conversations.tell(tx, row, "nobody_on_duty")


async def candidates(tx: Tx) -> list[assignment.Candidate]:
    """Agents who are online and live, with what they have and where they belong."""
    a, c, g = s.agent.c, s.conversation.c, s.group_member.c
    open_now = sa.select(sa.func.count()).where(c.agent_id == a.id, c.state == "agent").scalar_subquery()
    groups = sa.select(sa.func.array_agg(g.group_id)).where(g.agent_id == a.id).scalar_subquery()
    rows = await tx.all(
        sa.select(a.id, a.capacity, a.last_assigned_at, open_now.label("open"), groups.label("groups")).where(
            available(tx.now)
        )
    )
    return [
        assignment.Candidate(r.id, r.open, r.capacity, r.last_assigned_at, frozenset(r.groups or ()))
        for r in rows
    ]


async def waiting_line(tx: Tx, room: int) -> list[assignment.Waiting]:
    """The head of the line with each visitor's familiar agent: whoever served last.

    Of each group as many as there is room for, so that a long line for one group that is full never hides
    who waits for another.
    """
    q, c, v = queue_entry.c, s.conversation.c, service.c
    order = (q.priority.desc(), q.rank_at, q.id)
    # What was passed on does not hide who came by himself: it goes back only when nobody else waits.
    passed_on = q.reason == "transfer"
    nth = sa.func.row_number().over(partition_by=(q.group_id, passed_on), order_by=order).label("nth")
    heads = sa.select(q.id, nth).where(q.state == "waiting").subquery()
    familiar = (
        sa.select(v.agent_id)
        .where(v.visitor_id == c.visitor_id)
        .order_by(v.started_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = await tx.all(
        sa.select(
            q.conversation_id,
            q.group_id,
            q.excluded_agent_id,
            familiar.label("familiar"),
            passed_on.label("passed_on"),
        )
        .join(heads, heads.c.id == q.id)
        .join(s.conversation, c.id == q.conversation_id)
        .where(heads.c.nth <= min(room, _BATCH), c.state == "waiting")
        .order_by(*order)
    )
    return [
        assignment.Waiting(r.conversation_id, r.group_id, r.familiar, r.excluded_agent_id, r.passed_on)
        for r in rows
    ]


async def group_rules(tx: Tx) -> dict[UUID | None, tuple[str, bool]]:
    rows: list[Any] = await tx.all(sa.select(s.group.c.id, s.group.c.strategy, s.group.c.familiar_first))
    return {row.id: (row.strategy, row.familiar_first) for row in rows}
