"""The way out to push channels: send, then mark.  At least once, in order per conversation and identity.

A row is leased only when it is the head of its (conversation, identity): the next one waits until the
head is sent or has failed for good, so order holds, and a dead channel delays nobody but itself.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import aliased

from connectors.degrade import degrade
from connectors.errors import Uncertain
from connectors.registry import Registry
from core import conversations, events, timeline
from core import schema as s
from core.db import Database, Tx
from core.errors import Rejected, Unavailable
from core.messages import Address, parse_content

log = structlog.get_logger(__name__)

#: Longer than the sends of a whole batch: a lease that runs out while its holder lives costs duplicates.
LEASE = timedelta(seconds=60)
BATCH = 5
MAX_ATTEMPTS = 8
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
    conversation_id: Any


class Sender:
    def __init__(self, db: Database, registry: Registry) -> None:
        self.db, self.registry = db, registry

    async def run(self) -> None:
        with self.db.hints.watch("outbox") as watch:
            while True:
                busy = False
                try:
                    busy = await self.once() > 0
                except Unavailable:
                    log.warning("sender.database_unavailable")
                except Exception:
                    log.exception("sender.failed")
                if not busy:
                    await watch.wait(1.0)

    async def once(self) -> int:
        """Lease a batch of heads and send it; returns how many were leased."""
        async with self.db.begin() as tx:
            parcels = await self._lease(tx)
        await asyncio.gather(*(self._send(parcel) for parcel in parcels))
        return len(parcels)

    async def _lease(self, tx: Tx) -> list[Parcel]:
        o, earlier = s.outbox.c, aliased(s.outbox)
        is_head = ~sa.exists().where(
            earlier.c.conversation_id == o.conversation_id,
            earlier.c.identity_id == o.identity_id,
            earlier.c.state == "pending",
            earlier.c.id < o.id,
        )
        rows = await tx.all(
            sa.select(
                s.outbox,
                s.message.c.content,
                s.identity.c.channel,
                s.identity.c.account,
                s.identity.c.external_id,
            )
            .join(s.message, s.message.c.id == o.message_id)
            .join(s.identity, s.identity.c.id == o.identity_id)
            .where(
                o.state == "pending",
                o.due_at <= tx.now,
                sa.or_(o.leased_until.is_(None), o.leased_until < tx.now),
                is_head,
            )
            .order_by(o.id)
            .limit(BATCH)
            .with_for_update(of=s.outbox, skip_locked=True)
        )
        if rows:
            await tx.run(
                s.outbox.update()
                .where(o.id.in_([row.id for row in rows]))
                .values(leased_until=tx.now + LEASE, attempts=o.attempts + 1)
            )
        return [
            Parcel(
                row.id,
                Address(row.channel, row.account, row.external_id, row.identity_id),
                row.content,
                row.attempts + 1,
                row.conversation_id,
            )
            for row in rows
        ]

    async def _send(self, parcel: Parcel) -> None:
        connector = self.registry.get(parcel.to.channel)
        content = degrade(parse_content(parcel.content), connector.renders)
        try:
            if content is not None:
                await connector.send(parcel.to, content, key=str(parcel.id))
        except Uncertain as err:
            if connector.dedupes and parcel.attempts < MAX_ATTEMPTS:
                await self._later(parcel, err)
            else:
                await self._settle(parcel, "uncertain", err)
        except Unavailable as err:
            if parcel.attempts < MAX_ATTEMPTS:
                await self._later(parcel, err)
            else:
                await self._settle(parcel, "failed", err)
        except Rejected as err:
            await self._settle(parcel, "failed", err)
        else:
            await self._settle(parcel, "sent", None)

    async def _later(self, parcel: Parcel, err: Unavailable) -> None:
        async with self.db.begin() as tx:
            await tx.run(
                s.outbox.update()
                .where(s.outbox.c.id == parcel.id)
                .values(due_at=backoff(tx.now, parcel.attempts), leased_until=None, error=err.code)
            )

    async def _settle(self, parcel: Parcel, state: str, err: Rejected | Unavailable | None) -> None:
        """Mark it; a failure is told to whoever serves, and unblocks what stands behind it."""

        async def work(tx: Tx) -> None:
            row = await timeline.lock(tx, parcel.conversation_id) if err else None
            values: dict[str, Any] = {
                "state": state,
                "leased_until": None,
                "error": err.code if err else None,
            }
            if err is None:
                values["sent_at"] = tx.now
            await tx.run(s.outbox.update().where(s.outbox.c.id == parcel.id).values(**values))
            if err is not None and row is not None:
                await events.record(
                    tx,
                    f"reply.{state}",
                    actor="system",
                    conversation_id=row.id,
                    visitor_id=row.visitor_id,
                    channel=parcel.to.channel,
                    error=err.code,
                )
                if row.agent_id is not None and row.state == "agent":
                    await conversations.inform(tx, row.agent_id, "conversation", row, undelivered=err.code)
            tx.hint("outbox")

        await self.db.retrying(work)
