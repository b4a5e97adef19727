"""A service with the console's interfaces on a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.db import Database


@pytest.fixture
async def console(database: str, tmp_path: Path) -> AsyncIterator[object]:
    from tests.fixtures.console import running_console

    db = Database(database, pool_size=10)
    async with running_console(db, tmp_path) as service:
        yield service
    await db.close()
