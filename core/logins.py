"""Server-side sessions of the people of the house.

The cookie holds 256 random bits; the table holds their SHA-256, so a copy of the database opens no door.
A session ends 12 hours after it began, and after 30 minutes without use; a console that is open pings its
socket, and each ping counts as use (touch).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from core import agents
from core import schema as s
from core.agents import Agent
from core.db import Database, Tx

ABSOLUTE = timedelta(hours=12)
IDLE = timedelta(minutes=30)
#: Use is noted at most this often: not every request is worth a write.
_NOTED = timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """A session that is valid now."""

    token_hash: bytes
    csrf: str
    agent: Agent
    used_at: datetime  # the last use that was noted


@dataclass(frozen=True)
class Opened:
    """A session just opened; token goes into the cookie and nowhere else."""

    token: str
    csrf: str


def hash_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def open(tx: Tx, agent_id: UUID) -> Opened:
    opened = Opened(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    await tx.run(s.login.delete().where(s.login.c.agent_id == agent_id, s.login.c.expires_at < tx.now))
    await tx.run(
        s.login.insert().values(
            token_hash=hash_of(opened.token),
            agent_id=agent_id,
            csrf=opened.csrf,
            created_at=tx.now,
            used_at=tx.now,
            expires_at=tx.now + ABSOLUTE,
        )
    )
    return opened


async def find(tx: Tx, token: str | None) -> Session | None:
    """The session of a cookie's value; None when it is unknown, over, or its person disabled."""
    return await find_by_hash(tx, hash_of(token)) if token else None


async def find_by_hash(tx: Tx, token_hash: bytes) -> Session | None:
    """The same for sockets, which keep only the hash to check again later."""
    row = (
        await tx.run(_FIND, {"token_hash": token_hash, "now": tx.now, "used_after": tx.now - IDLE})
    ).first()
    return Session(token_hash, row.csrf, agents.from_row(row), row.used_at) if row else None


_FIND = (
    sa.select(s.agent, s.login.c.csrf, s.login.c.used_at)
    .join(s.login, s.agent.c.id == s.login.c.agent_id)
    .where(
        s.login.c.token_hash == sa.bindparam("token_hash"),
        s.login.c.expires_at > sa.bindparam("now"),
        s.login.c.used_at > sa.bindparam("used_after"),
        s.agent.c.disabled_at.is_(None),
    )
)


async def note(db: Database, session: Session) -> Session:
    """Note that a session is used, unless that is known well enough; returns it with its last noted use."""
    if session.used_at >= db.clock.now() - _NOTED:
        return session
    async with db.single() as tx:
        await touch(tx, session.token_hash)
        return replace(session, used_at=tx.now)


async def touch(tx: Tx, token_hash: bytes) -> None:
    """Note a use, such as the ping of an open console."""
    login = s.login.c
    await tx.run(
        s.login.update()
        .where(login.token_hash == token_hash, login.used_at < tx.now - _NOTED)
        .values(used_at=tx.now)
    )


async def close(tx: Tx, token_hash: bytes) -> None:
    await tx.run(s.login.delete().where(s.login.c.token_hash == token_hash))


async def close_all(tx: Tx, agent_id: UUID, *, but: bytes | None = None) -> None:
    """End the person's sessions (all, or all others).  Sockets look again when agent:<id> is hinted at."""
    where = s.login.c.agent_id == agent_id
    if but is not None:
        where &= s.login.c.token_hash != but
    await tx.run(s.login.delete().where(where))
    tx.hint(f"agent:{agent_id}")
