"""The application of the desk, for tests of the console's interface."""

from __future__ import annotations

import pytest

from tests.fixtures.desk import running_desk


@pytest.fixture
def database(recycled_database: str) -> str:
    """An emptied database instead of a new one: to make and drop one takes longer than most tests."""
    return recycled_database


@pytest.fixture
async def desk(database, tmp_path):
    """The whole application without background work, driven over ASGI."""
    async with running_desk(database, tmp_path) as made:
        yield made
