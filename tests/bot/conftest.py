"""Fixtures of the bot's tests: one trained model, its channel on a real port, real actions, a played service.

They run on the bot's own Python: see bot/README.md.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bot.environment import environment  # noqa: E402

os.environ |= environment()  # before Rasa's libraries are loaded

from tests.bot.fake_service import FakeService  # noqa: E402
from tests.bot.running import TOKEN, Bot, Served, serve_actions, serve_channel  # noqa: E402


@pytest.fixture(scope="session")
def model() -> Path:
    """The model of the data as it is now; trained unless it is there."""
    from bot import train

    os.chdir(ROOT)
    target = train.model_path()
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        train.train(target)
    return target


@pytest.fixture(scope="session")
def service_of_all() -> Iterator[FakeService]:
    with FakeService() as service:
        yield service


@pytest.fixture
def service(service_of_all: FakeService) -> FakeService:
    """The played service, having forgotten what earlier tests did."""
    service_of_all.reset()
    return service_of_all


@pytest.fixture(scope="session")
def actions(service_of_all: FakeService) -> Iterator[Served]:
    os.environ["KETING_INTERNAL_URL"] = service_of_all.url
    os.environ["KETING_INTERNAL_TOKEN"] = service_of_all.token
    with serve_actions() as served:
        yield served


@pytest.fixture(scope="session")
def served(model: Path, actions: Served) -> Iterator[Served]:
    with serve_channel(model, f"{actions.url}/webhook") as served:
        yield served


@pytest.fixture
def bot(served: Served, service: FakeService) -> Bot:
    """A conversation with the whole bot: channel, model, actions."""
    return Bot(served, TOKEN)
