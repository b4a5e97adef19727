"""Accounts made from the command line, and what is kept of a password."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core import agents
from core import schema as s
from core.db import Database
from core.errors import Conflict, Invalid, Unavailable

PASSWORD = "correct horse battery"


async def test_the_first_administrator_comes_from_the_command_line(database):
    agent_id = await agents.add_agent(database, " Boss ", "admin", PASSWORD, "老板")
    db = Database(database)
    async with db.begin() as tx:
        row = await agents.get(tx, agent_id)
        trail = await tx.all(sa.select(s.audit))
    await db.close()
    assert (row.username, row.name, row.role) == ("boss", "老板", "admin")
    assert row.password_hash.startswith("$argon2id$") and PASSWORD not in row.password_hash
    assert [(entry.actor, entry.verb) for entry in trail] == [("system:cli", "agent.created")]
    assert await agents.matches(row.password_hash, PASSWORD)
    assert not await agents.matches(row.password_hash, PASSWORD + " ")


async def test_a_name_is_given_once(database):
    await agents.add_agent(database, "lin", "agent", PASSWORD)
    with pytest.raises(Conflict):
        await agents.add_agent(database, "LIN", "agent", PASSWORD)


@pytest.mark.parametrize(
    ("username", "role", "password", "field"),
    [
        ("l", "agent", PASSWORD, "username"),
        ("lin", "boss", PASSWORD, "role"),
        ("lin", "agent", "short", "password"),
    ],
)
async def test_what_does_not_fit_is_refused(database, username, role, password, field):
    with pytest.raises(Invalid) as refused:
        await agents.add_agent(database, username, role, password)
    assert refused.value.field == field


async def test_without_a_database_it_says_so():
    with pytest.raises(Unavailable):
        await agents.add_agent("postgresql://nobody@127.0.0.1:1/nothing", "lin", "agent", PASSWORD)


@pytest.mark.parametrize("stored", [None, "", "-", "$argon2id$broken"])
async def test_what_is_no_hash_matches_nothing(stored):
    assert not await agents.matches(stored, PASSWORD)
