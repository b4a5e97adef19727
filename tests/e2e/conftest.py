"""A real browser against a whole instance with a trained bot, shared by all tests of the session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.support import instance as instances
from tests.support.instance import Instance

#: Quiet and at home: no sandbox for root, nothing asked of the outside.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def instance_with_bot() -> Iterator[Instance]:
    with instances.running(with_bot=True) as instance:
        yield instance


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()
