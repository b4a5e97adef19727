"""Reading without a transaction: sees what is committed, changes nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core import schema as s
from core.db import Database
from core.errors import Unavailable


@pytest.fixture
async def db(database):
    opened = Database(database, pool_size=1)
    yield opened
    await opened.close()


async def test_reading_sees_what_was_committed_and_leaves_the_connection_as_it_was(db):
    async with db.reading() as tx:
        assert await tx.value(sa.select(s.brand.c.id)) == "default"
    with pytest.raises(RuntimeError):
        async with db.begin() as tx:  # the same connection: a transaction again, which rolls back
            await tx.run(s.brand.insert().values(id="gone", name={}))
            raise RuntimeError
    async with db.begin() as tx:
        await tx.run(s.brand.insert().values(id="kept", name={}))
    async with db.reading() as tx:
        assert len(await tx.all(sa.select(s.brand.c.id))) == 2


async def test_reading_refuses_to_change_or_to_wake_anybody(db):
    async with db.reading() as tx:
        with pytest.raises(AssertionError):
            await tx.run(s.brand.insert().values(id="other", name={}))
        with pytest.raises(AssertionError):
            tx.hint("board")


async def test_a_lost_database_is_unavailable_to_readers_too(db):
    lost = Database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable):
        async with lost.reading() as tx:
            await tx.value(sa.text("select 1"))
    await lost.close()
