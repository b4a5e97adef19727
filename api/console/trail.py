"""Small things that several console routes share: the audit row, conflicts of names, page cursors."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sanic import Request

from api.guards import actor
from core import events
from core.db import Tx
from core.errors import Conflict, Invalid

PREFIX = "/api/console/v1"
#: Roles that change settings, and that may read them.
ADMIN = ("admin",)
READERS = ("supervisor", "admin")


async def audit(request: Request, tx: Tx, verb: str, object: str, **data: Any) -> None:
    """The one audit row of a mutating route, in the transaction of its change."""
    await events.audit(
        tx, f"agent:{actor(request).id}", verb, object, request_id=request.ctx.request_id, **data
    )


@asynccontextmanager
async def unique(tx: Tx, code: str, field: str) -> AsyncIterator[None]:
    """Turns a unique violation inside the block into Conflict; other integrity errors stay what they are."""
    try:
        async with tx.savepoint():
            yield
    except asyncpg.UniqueViolationError:
        raise Conflict(code, field=field) from None


def dump_cursor(at: datetime, row_id: UUID | int) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{row_id}".encode()).decode().rstrip("=")


def load_cursor(text: str) -> tuple[datetime, UUID] | None:
    """(at, id) of the last row seen; None for no cursor.  Invalid for what is none of ours."""
    if not text:
        return None
    try:
        at, _, row_id = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("|")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError
        return moment, UUID(row_id)
    except (ValueError, binascii.Error):
        raise Invalid("invalid", field="cursor") from None
