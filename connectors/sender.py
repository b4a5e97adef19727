"""The way out to push channels: send, then mark.  At least once, in order per conversation and identity.

A row is leased only when it is the head of its (conversation, identity): the next one waits until the
head is sent or has failed for good.  A channel that hangs holds its own few places and delays nobody else.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import aliased

from connectors.degrade import degrade
from connectors.errors import Uncertain
from connectors.registry import Registry
from core import conversations, events, timeline
from core import schema as s
from core.db import Database, Row, Tx
from core.errors import Rejected, Unavailable
from core.messages import Address, parse_content
from core.texts import SCRIPTS, Script

log = structlog.get_logger(__name__)

#: One send may take this long; then nobody knows whether the platform took it.
SEND_S = 15.0
#: Longer than a send and its mark: a lease that runs out while its holder lives costs duplicates.
LEASE = timedelta(seconds=60)
#: Sends in flight, in all and per channel.
ABREAST, ABREAST_OF_ONE = 20, 5
MAX_ATTEMPTS = 8
#: What a send failed with that raised what no connector may raise.
BROKEN = "send_broken"
_FIRST_S, _LONGEST_S = 1.0, 300.0


def backoff(now: datetime, attempts: int) -> datetime:
    """When to try again: 1 s doubled each time up to 5 min, with full jitter."""
    longest = min(_FIRST_S * 2 ** (attempts - 1), _LONGEST_S)
    return now + timedelta(seconds=random.uniform(0, longest))


@dataclass(frozen=True)
class Parcel:
    id: int
    to: Address
    content: Any
    attempts: int
    conversation_id: UUID
    script: Script


class Sender:
    def __init__(
        self, db: Database, registry: Registry, *, send_s: float = SEND_S, lease: timedelta = LEASE
    ) -> None:
        self.db, self.registry = db, registry
        self.send_s, self.lease = send_s, lease
        self._running: dict[asyncio.Task[None], str] = {}

    async def run(self) -> None:
        """Send until cancelled; sends in flight are then waited for by drain()."""
        with self.db.hints.watch("outbox") as watch:
            while True:
                try:
                    await self.start_due()
                except Unavailable:
                    log.warning("sender.database_unavailable")
                except Exception:
                    log.exception("sender.failed")
                await watch.wait(1.0)

    async def once(self) -> int:
        """Send what is due, to the end; returns how many rows were tried."""
        tried = await self.start_due()
        if self._running:
            await asyncio.wait(self._running)
        return tried

    async def drain(self, timeout_s: float) -> None:
        """Wait for the sends in flight; what does not finish is sent again when its lease runs out."""
        if self._running:
            await asyncio.wait(self._running, timeout=timeout_s)

    async def start_due(self) -> int:
        """Lease heads and start to send them; returns how many."""
        room = ABREAST - len(self._running)
        if room <= 0:
            return 0
        busy = Counter(self._running.values())
        async with self.db.begin() as tx:
            parcels = await self._lease(tx, room, [c for c, n in busy.items() if n >= ABREAST_OF_ONE])
        for parcel in parcels:
            task = asyncio.create_task(self._send_safely(parcel))
            self._running[task] = parcel.to.channel
            task.add_done_callback(self._done)
        return len(parcels)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self.db.hints.notify("outbox")  # there is room for another

    async def _lease(self, tx: Tx, room: int, busy: list[str]) -> list[Parcel]:
        o, earlier, i = s.outbox.c, aliased(s.outbox), s.identity.c
        is_head = ~sa.exists().where(
            earlier.c.conversation_id == o.conversation_id,
            earlier.c.identity_id == o.identity_id,
            earlier.c.state == "pending",
            earlier.c.id < o.id,
        )
        rows = await tx.all(
            sa.select(
                s.outbox, s.message.c.content, i.channel, i.account, i.external_id, s.visitor.c.language
            )
            .join(s.message, s.message.c.id == o.message_id)
            .join(s.identity, i.id == o.identity_id)
            .join(s.visitor, s.visitor.c.id == i.visitor_id)
            .where(
                o.state == "pending",
                o.due_at <= tx.now,
                sa.or_(o.leased_until.is_(None), o.leased_until < tx.now),
                i.channel.not_in(busy),
                is_head,
            )
            .order_by(o.id)
            .limit(min(room, ABREAST_OF_ONE))
            .with_for_update(of=s.outbox, skip_locked=True)
        )
        if rows:
            await tx.run(
                s.outbox.update()
                .where(o.id.in_([row.id for row in rows]))
                .values(leased_until=tx.now + self.lease, attempts=o.attempts + 1)
            )
        return [_parcel(row) for row in rows]

    async def _send_safely(self, parcel: Parcel) -> None:
        try:
            await self._send(parcel)
        except Unavailable as err:
            log.warning("sender.not_marked", outbox=parcel.id, why=err.code)
        except Exception:
            log.exception("sender.crashed", outbox=parcel.id)

    async def _send(self, parcel: Parcel) -> None:
        try:
            async with asyncio.timeout(self.send_s):
                await self._deliver(parcel)
        except (Uncertain, TimeoutError) as err:
            dedupes = self.registry.get(parcel.to.channel).dedupes
            await self._later_or(parcel, "uncertain", _code(err), again=dedupes)
        except Unavailable as err:
            await self._later_or(parcel, "failed", err.code)
        except Rejected as err:
            await self._settle(parcel, "failed", err.code)
        except Exception:
            log.exception("sender.broken", channel=parcel.to.channel, outbox=parcel.id)
            await self._settle(parcel, "failed", BROKEN)
        else:
            await self._settle(parcel, "sent", None)

    async def _deliver(self, parcel: Parcel) -> None:
        connector = self.registry.get(parcel.to.channel)
        content = degrade(parse_content(parcel.content), connector.renders, script=parcel.script)
        if content is not None and not connector.pulls:
            await connector.send(parcel.to, content, key=str(parcel.id))

    async def _later_or(self, parcel: Parcel, state: str, error: str, *, again: bool = True) -> None:
        """Try again later, or settle on state when there is no again."""
        if not again or parcel.attempts >= MAX_ATTEMPTS:
            return await self._settle(parcel, state, error)
        async with self.db.begin() as tx:
            await tx.run(
                s.outbox.update()
                .where(self._still(parcel), s.outbox.c.attempts == parcel.attempts)
                .values(due_at=backoff(tx.now, parcel.attempts), leased_until=None, error=error)
            )

    def _still(self, parcel: Parcel) -> sa.ColumnElement[bool]:
        # Whoever took the row over after our lease ran out may have settled it already.
        return sa.and_(s.outbox.c.id == parcel.id, s.outbox.c.state == "pending")

    async def _settle(self, parcel: Parcel, state: str, error: str | None) -> None:
        """Mark it; a failure is told to whoever serves, and unblocks what stands behind it."""

        async def work(tx: Tx) -> None:
            row = await timeline.lock(tx, parcel.conversation_id) if error else None
            marked = await tx.run(
                s.outbox.update()
                .where(self._still(parcel))
                .values(
                    state=state, leased_until=None, error=error, sent_at=tx.now if state == "sent" else None
                )
                .returning(s.outbox.c.id)
            )
            if row is not None and marked:
                await self._tell_undelivered(tx, row, parcel, state, error)
            tx.hint("outbox")

        await self.db.retrying(work)

    async def _tell_undelivered(
        self, tx: Tx, row: Row, parcel: Parcel, state: str, error: str | None
    ) -> None:
        await events.record(
            tx,
            f"reply.{state}",
            actor="system",
            conversation_id=row.id,
            visitor_id=row.visitor_id,
            channel=parcel.to.channel,
            error=error,
        )
        if row.state == "agent":
            await conversations.inform(tx, row.agent_id, "conversation", row, undelivered=error)


def _parcel(row: Row) -> Parcel:
    return Parcel(
        row.id,
        Address(row.channel, row.account, row.external_id, row.identity_id),
        row.content,
        row.attempts + 1,
        row.conversation_id,
        row.language if row.language in SCRIPTS else "zh",
    )


def _code(err: Uncertain | TimeoutError) -> str:
    return err.code if isinstance(err, Uncertain) else Uncertain.code
