"""The migrations make the tables that the code declares."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from core.schema import metadata
from knowledge import schema as k

TABLES = {
    table.name
    for table in (
        k.category,
        k.article,
        k.article_version,
        k.article_feedback,
        k.article_search,
        k.synonym_set,
    )
}


async def test_the_migration_makes_the_tables_that_the_code_declares(database):
    def differences(connection: sa.Connection) -> list[str]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": False})
        return [str(found) for found in compare_metadata(context, metadata)]

    engine = create_async_engine(database)
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert [text for text in found if any(name in text for name in TABLES)] == []
