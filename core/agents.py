"""The people of the house: their accounts, roles and passwords."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.dialects.postgresql import insert

from core import events
from core import schema as s
from core.db import Database, Row, Tx
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id

ROLES = ("agent", "staff", "supervisor", "trainer", "admin")
LANGUAGES = ("zh", "en")
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
LARGEST_CAPACITY = 50

_USERNAME = re.compile(r"[\w.@+-]{2,64}")
#: argon2id with 32 MiB and three passes: about 50 ms here, and at most two at once, so a flood of
#: log-ins costs 64 MiB and not the machine.
_HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
_HASHING = ThreadPoolExecutor(2, "passwords")
#: What the password of an unknown user is compared with: the answer takes as long as for a known one.
_NOBODY = "$argon2id$v=19$m=32768,t=3,p=1$kG3uMbdLf3bzCFjnvFZT3Q$qWOM6SYp3sQT9npyWN6eMtDZAT/+ys20uiQoy1hFffI"


@dataclass(frozen=True)
class Agent:
    """One person with an account.  role is one of ROLES; availability is chosen, not measured."""

    id: UUID
    username: str
    name: str
    role: str
    language: str | None  # None until chosen: whatever the browser asks for
    capacity: int
    availability: str
    avatar_blob_id: UUID | None


def from_row(row: Row) -> Agent:
    return Agent(
        row.id,
        row.username,
        row.name,
        row.role,
        row.language,
        row.capacity,
        row.availability,
        row.avatar_blob_id,
    )


def checked_username(raw: str) -> str:
    """The name as stored: lower case, so that Li and li are one person.  Invalid otherwise."""
    name = raw.strip().lower()
    if not _USERNAME.fullmatch(name):
        raise Invalid("bad_username", field="username")
    return name


def check_password(password: str, field: str = "password") -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid("password_too_short", field=field)
    if len(password) > LONGEST_PASSWORD:
        raise Invalid("too_long", field=field)


async def hash_password(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_HASHING, _HASHER.hash, password)


async def matches(hashed: str | None, password: str) -> bool:
    """Whether password is the one that was hashed; takes as long for nobody's (None)."""
    return await asyncio.get_running_loop().run_in_executor(_HASHING, _matches, hashed, password)


def _matches(hashed: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(hashed or _NOBODY, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


async def create(
    tx: Tx,
    *,
    username: str,
    password_hash: str,
    role: str,
    name: str | None = None,
    capacity: int = 5,
    language: str | None = None,
    avatar_blob_id: UUID | None = None,
) -> Row:
    """A new account.  Conflict username_taken, Invalid for a role that does not exist."""
    if role not in ROLES:
        raise Invalid("bad_choice", field="role")
    row = await tx.one(
        insert(s.agent)
        .values(
            id=new_id(),
            username=checked_username(username),
            name=(name or username).strip(),
            role=role,
            language=language,
            capacity=capacity,
            avatar_blob_id=avatar_blob_id,
            password_hash=password_hash,
            created_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=["username"])
        .returning(s.agent)
    )
    if row is None:
        raise Conflict("username_taken", field="username")
    return row


async def add_agent(
    db_url: str, username: str, role: str, password: str, name: str | None = None, language: str | None = None
) -> UUID:
    """Add a person from the command line; returns the new id.  Raises Rejected or Unavailable."""
    check_password(password)
    checked_username(username)
    hashed = await hash_password(password)
    db = Database(db_url, pool_size=1)
    try:
        async with db.begin() as tx:
            row = await create(
                tx, username=username, password_hash=hashed, role=role, name=name, language=language
            )
            await events.audit(
                tx, "system:cli", "agent.created", f"agent:{row.id}", username=row.username, role=role
            )
    finally:
        await db.close()
    agent_id: UUID = row.id
    return agent_id


async def everyone(tx: Tx) -> list[Row]:
    """All accounts, disabled ones last, each with group_ids and last_seen_at."""
    a, member, login = s.agent.c, s.group_member.c, s.login.c
    groups = (
        sa.select(sa.func.coalesce(sa.func.array_agg(member.group_id), sa.cast([], sa.ARRAY(s.Uuid))))
        .where(member.agent_id == a.id)
        .scalar_subquery()
    )
    # The demo's people are present for hours ahead; nobody was seen tomorrow.
    live_at = sa.case((a.live_at > tx.now, tx.now), else_=a.live_at)
    seen = sa.select(sa.func.max(login.used_at)).where(login.agent_id == a.id).scalar_subquery()
    last_seen_at = sa.func.greatest(live_at, seen).label("last_seen_at")
    return await tx.all(
        sa.select(s.agent, groups.label("group_ids"), last_seen_at).order_by(
            a.disabled_at.is_not(None), a.name
        )
    )


async def get(tx: Tx, agent_id: UUID, *, lock: bool = False) -> Row:
    query = sa.select(s.agent).where(s.agent.c.id == agent_id)
    row = await tx.one(query.with_for_update(key_share=True) if lock else query)
    if row is None:
        raise NotFound()
    return row


async def update(tx: Tx, agent_id: UUID, **values: Any) -> Row:
    """Change columns of an account.  Conflict last_admin when nobody could administer any more."""
    if "role" in values and values["role"] not in ROLES:
        raise Invalid("bad_choice", field="role")
    if values.get("role", "admin") != "admin" or values.get("disabled_at") is not None:
        await _keep_an_admin(tx, agent_id)
    row = await tx.one(s.agent.update().where(s.agent.c.id == agent_id).values(**values).returning(s.agent))
    if row is None:
        raise NotFound()
    tx.hint(f"agent:{agent_id}", "presence", "board")
    return row


async def _keep_an_admin(tx: Tx, agent_id: UUID) -> None:
    a = s.agent.c
    # All admins are locked in one order: two admins who disable each other at once cannot both succeed.
    rows = await tx.all(
        sa.select(a.id)
        .where(a.role == "admin", a.disabled_at.is_(None))
        .order_by(a.id)
        .with_for_update(key_share=True)
    )
    if [row.id for row in rows] == [agent_id]:
        raise Conflict("last_admin")


async def set_groups(tx: Tx, agent_id: UUID, group_ids: list[UUID]) -> None:
    """Make these the person's groups.  Invalid when one of them does not exist."""
    g = s.group.c
    wanted = set(group_ids)
    known = {row.id for row in await tx.all(sa.select(g.id).where(g.id.in_(wanted)))}
    if known != wanted:
        raise Invalid("no_such_group", field="groups")
    await tx.run(s.group_member.delete().where(s.group_member.c.agent_id == agent_id))
    if wanted:
        await tx.run(
            s.group_member.insert(), [{"agent_id": agent_id, "group_id": group} for group in sorted(wanted)]
        )
    tx.hint("queue", "presence")


async def groups_of(tx: Tx, agent_id: UUID) -> list[UUID]:
    member = s.group_member.c
    rows = await tx.all(
        sa.select(member.group_id).where(member.agent_id == agent_id).order_by(member.group_id)
    )
    return [row.group_id for row in rows]
