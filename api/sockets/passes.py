"""One-time passes: fetched over HTTP with full authentication, redeemed once by the socket's address.

So no long-lived secret stands in a URL, where logs and proxies would see it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from core import schema as s
from core.db import Tx

PASS_FOR = timedelta(seconds=30)


@dataclass(frozen=True)
class Pass:
    """Who the socket belongs to, and what the issuer wanted to remember."""

    subject: str
    data: Mapping[str, Any]


async def issue(tx: Tx, subject: str, data: Mapping[str, Any] | None = None) -> str:
    """A pass that opens one socket for subject within PASS_FOR.  Only its hash is stored."""
    token = secrets.token_urlsafe(32)
    row = {"token_hash": _hash(token), "subject": subject, "data": dict(data or {})}
    await tx.run(_ISSUE, {**row, "expires_at": tx.now + PASS_FOR})
    return token


async def redeem(tx: Tx, token: str | None) -> Pass | None:
    """The pass behind token, used up by this very call; None when unknown, used or too old."""
    if not token:
        return None
    row = (await tx.run(_REDEEM, {"hashed": _hash(token), "now": tx.now})).first()
    return Pass(row.subject, row.data) if row else None


_p = s.ticket_pass.c
_ISSUE = s.ticket_pass.insert()  # those that nobody used are dropped by the housekeeping
_REDEEM = (
    s.ticket_pass.delete()
    .where(_p.token_hash == sa.bindparam("hashed"), _p.expires_at > sa.bindparam("now"))
    .returning(_p.subject, _p.data)
)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
