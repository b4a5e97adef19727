"""A real browser against whole instances, with a trained bot and without one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.support import instance as instances
from tests.support.instance import Instance
from tests.support.office import Office

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


@pytest.fixture(scope="session")
def plain_instance() -> Iterator[Instance]:
    """People only: every message goes to them."""
    with instances.running(with_bot=False) as instance:
        yield instance


@pytest.fixture(scope="session")
def back_office(plain_instance: Instance) -> Iterator[Office]:
    office = Office.of(plain_instance)
    yield office
    office.http.close()


@pytest.fixture
def office(back_office: Office) -> Iterator[Office]:
    """The plain instance's administrator; after the test nobody is on duty and nothing is open."""
    yield back_office
    back_office.clear()


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()
