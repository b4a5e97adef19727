"""Mutating calls that may be sent twice: Idempotency-Key.

Key, effect and answer are committed in one transaction, so a repeat finds either nothing (and runs) or the
whole (and is answered the same without a second effect).  A call that failed leaves nothing behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sanic import HTTPResponse, Request
from sqlalchemy.dialects.postgresql import insert

from api import context
from api.responses import answer, plain
from core import schema as s
from core.db import Tx
from core.errors import Invalid

KEEP = timedelta(hours=24)
LONGEST_KEY = 255

Work = Callable[[Tx], Awaitable[Any]]


async def change(request: Request, work: Work, status: int = 200) -> HTTPResponse:
    """Run work(tx) in one transaction and answer with what it returns.

    work may run again after a deadlock: it must not touch anything but the database.  Raises Invalid
    key_reused when the key was used for another request.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        return answer(await context.db(request).retrying(work), status)
    if not 0 < len(key) <= LONGEST_KEY or "\x00" in key:
        raise Invalid("invalid", field="Idempotency-Key")

    async def once(tx: Tx) -> tuple[int, Any]:
        return await _once(tx, _scope(request), key, _fingerprint(request), work, status)

    first_status, data = await context.db(request).retrying(once)
    return answer(data, first_status)


async def _once(tx: Tx, scope: str, key: str, fingerprint: str, work: Work, status: int) -> tuple[int, Any]:
    row, i = s.idempotency, s.idempotency.c
    mine = (i.scope == scope) & (i.key == key)
    await tx.run(row.delete().where(mine, i.at < tx.now - KEEP))
    # A second call with this key waits here until the first has committed or failed.
    claimed = await tx.one(
        insert(row)
        .values(scope=scope, key=key, request_hash=fingerprint, status=0, at=tx.now)
        .on_conflict_do_nothing()
        .returning(i.key)
    )
    if claimed is None:
        stored = (await tx.run(sa.select(row).where(mine))).one()
        if stored.request_hash != fingerprint:
            raise Invalid("key_reused", field="Idempotency-Key")
        return stored.status, stored.answer
    data = plain(await work(tx))
    await tx.run(row.update().where(mine).values(status=status, answer=data))
    return status, data


def _scope(request: Request) -> str:
    agent = getattr(request.ctx, "agent", None)
    return f"agent:{agent.id}" if agent else "anybody"


def _fingerprint(request: Request) -> str:
    head = f"{request.method} {request.path}\n".encode()
    return hashlib.sha256(head + request.body).hexdigest()


async def forget_old(tx: Tx) -> None:
    """Housekeeping: keys older than KEEP."""
    await tx.run(s.idempotency.delete().where(s.idempotency.c.at < tx.now - KEEP))
