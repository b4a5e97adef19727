"""What every test of the delivery core starts from."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.world import World, opened


@pytest.fixture
async def world(recycled_database: str) -> AsyncIterator[World]:
    async with opened(recycled_database) as world:
        yield world
