"""A database that somebody else runs: waited for, refused in words, given a first administrator."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from core.schema import agent
from supervisor import database as subject
from supervisor.errors import DatabaseUnusable


async def names_in(url: str) -> list[str]:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return list(await connection.scalars(sa.select(agent.c.username)))
    finally:
        await engine.dispose()


async def test_a_server_that_answers_is_reached(bare_database):
    await subject.reach(bare_database, patience_s=0)


async def test_a_server_that_is_not_there_is_named_with_the_setting_to_check(tmp_path):
    with pytest.raises(DatabaseUnusable) as refused:
        await subject.reach(f"postgresql+asyncpg://keting@/keting?host={tmp_path}", patience_s=0)
    assert all("KETING_DATABASE_URL" in text for text in refused.value.text)


async def test_a_database_that_does_not_exist_is_said_at_once(bare_database):
    url = make_url(bare_database).set(database="nowhere").render_as_string()
    with pytest.raises(DatabaseUnusable, match="nowhere"):
        await subject.reach(url, patience_s=3600)


async def test_a_server_that_is_too_old_is_refused(bare_database, monkeypatch):
    monkeypatch.setattr(subject, "OLDEST_SERVER", 99)
    with pytest.raises(DatabaseUnusable, match="99"):
        await subject.reach(bare_database, patience_s=0)


async def test_the_first_administrator_is_made_once_and_has_a_long_password(database):
    password = await subject.ensure_first_admin(database)
    assert password is not None and len(password) > 20
    assert await names_in(database) == [subject.FIRST_ADMIN]
    assert await subject.ensure_first_admin(database) is None
    assert await names_in(database) == [subject.FIRST_ADMIN]


async def test_the_bots_database_is_made_beside_ours_once(bare_database, postgres):
    url = subject.bot_database_url(bare_database)
    for _ in range(2):
        await subject.ensure_bot_database(url, bare_database)
    await subject.reach(url, patience_s=0)
    postgres.drop(make_url(url).database)
