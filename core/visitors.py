"""Visitors and their channel identities: one person, many doors.  Two that are one person: core.merges."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import schema as s
from core.db import Row, Tx
from core.errors import NotFound
from core.ids import new_id

#: How an identity begins that the business signed (`identity` of POST /sessions): the rest is its own id.
SIGNED = "user:"


async def resolve(
    tx: Tx,
    channel: str,
    account: str,
    external_id: str,
    *,
    brand: str = "default",
    name: str | None = None,
    language: str | None = None,
    verified: bool = False,
) -> Row:
    """The identity row for this door key, made on first sight together with its visitor."""
    i = s.identity.c
    where = (i.channel == channel) & (i.account == account) & (i.external_id == external_id)
    row = await tx.one(sa.select(s.identity).where(where))
    if row is not None:
        return row
    visitor_id = new_id()
    await tx.run(
        s.visitor.insert().values(
            id=visitor_id,
            brand_id=brand,
            name=name,
            language=language,
            created_at=tx.now,
            last_seen_at=tx.now,
        )
    )
    made = await tx.one(
        insert(s.identity)
        .values(
            id=new_id(),
            visitor_id=visitor_id,
            channel=channel,
            account=account,
            external_id=external_id,
            verified=verified,
            created_at=tx.now,
            last_seen_at=tx.now,
        )
        .on_conflict_do_nothing()
        .returning(s.identity)
    )
    if made is not None:
        return made
    # Another delivery made it between our look and our insert: take theirs, drop our empty visitor.
    await tx.run(s.visitor.delete().where(s.visitor.c.id == visitor_id))
    found = await tx.one(sa.select(s.identity).where(where))
    assert found is not None
    return found


async def get(tx: Tx, visitor_id: UUID) -> Row:
    """The visitor; follows a merge to the survivor.  NotFound when there is none."""
    for _ in range(8):
        row = await tx.one(sa.select(s.visitor).where(s.visitor.c.id == visitor_id))
        if row is None:
            raise NotFound()
        if row.merged_into is None:
            return row
        visitor_id = row.merged_into
    raise NotFound()


async def lock(tx: Tx, visitor_id: UUID) -> Row:
    """The visitor with the row locked; follows a merge to the survivor.  NotFound when there is none."""
    for _ in range(8):
        row = await tx.one(
            sa.select(s.visitor).where(s.visitor.c.id == visitor_id).with_for_update(key_share=True)
        )
        if row is None:
            raise NotFound()
        if row.merged_into is None:
            return row
        visitor_id = row.merged_into
    raise NotFound()
