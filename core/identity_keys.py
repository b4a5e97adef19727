"""The keys with which a shop's server signs who its customer is (docs/widget.md).

The newest signs, the one before is still believed, so that a shop can change keys without a gap.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import events
from core import schema as s
from core.db import Database, Tx

_KEY = "identity"
_KEPT = 2


async def live(tx: Tx) -> list[str]:
    """The keys that are believed, newest first; none: nobody is vouched for."""
    value = await tx.value(sa.select(s.setting.c.value).where(s.setting.c.key == _KEY))
    return [str(key) for key in (value or {}).get("keys", [])]


async def renew(tx: Tx) -> str:
    """Make a new key, believed from the commit on; the one before the previous is believed no longer."""
    # The row is locked before it is read, so that two renewals at once do not forget a key.
    await tx.run(
        insert(s.setting).values(key=_KEY, value={"keys": []}, updated_at=tx.now).on_conflict_do_nothing()
    )
    await tx.run(sa.select(s.setting.c.key).where(s.setting.c.key == _KEY).with_for_update())
    key = secrets.token_urlsafe(32)
    kept = [key, *await live(tx)][:_KEPT]
    await tx.run(
        s.setting.update().where(s.setting.c.key == _KEY).values(value={"keys": kept}, updated_at=tx.now)
    )
    await events.audit(tx, "system:cli", "identity_key.renewed", "setting:identity", live=len(kept))
    return key


async def renew_at(db_url: str) -> str:
    """From the command line.  Raises Unavailable."""
    db = Database(db_url, pool_size=1)
    try:
        async with db.begin() as tx:
            return await renew(tx)
    finally:
        await db.close()
