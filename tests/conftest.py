"""Real servers for tests: PostgreSQL with a migrated template to clone, and Redis.

What is missing is skipped on a developer's machine and fails in CI.  Everything heavy is imported inside
the fixtures, so that collecting unit tests stays fast.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

DEBIAN_POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
BUNDLED = "bundled"


def pytest_configure() -> None:
    """Generated examples are slow to make on a busy machine: that says nothing of our code."""
    from hypothesis import HealthCheck, settings

    settings.register_profile("keting", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("keting")


def unavailable(what: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is missing")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests marked postgres15 run twice where Debian's server is installed."""
    if "postgres_version" in metafunc.fixturenames and metafunc.definition.get_closest_marker("postgres15"):
        versions = [BUNDLED] + (["15"] if DEBIAN_POSTGRES_15.is_dir() else [])
        metafunc.parametrize("postgres_version", versions)


@pytest.fixture
def postgres_version() -> str:
    """Which server the database of this test lives on."""
    return BUNDLED


@pytest.fixture(scope="session")
def postgres_servers() -> Iterator[dict[str, object]]:
    """Servers by version, started when first asked for and stopped with the session."""
    from tests.fixtures.postgres import TestServer

    running: dict[str, TestServer] = {}
    yield running  # type: ignore[misc]
    for server in running.values():
        server.stop()


@pytest.fixture
def postgres(postgres_servers, postgres_version):
    """The running server of this test, with a template database that has the whole schema."""
    from tests.fixtures.postgres import TestServer

    if postgres_version not in postgres_servers:
        binaries = None if postgres_version == BUNDLED else DEBIAN_POSTGRES_15
        postgres_servers[postgres_version] = TestServer.started(binaries)
    return postgres_servers[postgres_version]


@pytest.fixture
def database(postgres) -> Iterator[str]:
    """URL (SQLAlchemy, asyncpg) of an empty, migrated database that belongs to this test alone."""
    name = postgres.clone()
    yield postgres.server.url(name)
    postgres.drop(name)


@pytest.fixture
def recycled_database(postgres) -> str:
    """URL of a migrated database that other tests have used: emptied, which is far cheaper than a new one."""
    return postgres.recycled()


@pytest.fixture
def bare_database(postgres) -> Iterator[str]:
    """URL of a database without any table, for tests of the migrations themselves."""
    name = postgres.clone("template1")
    yield postgres.server.url(name)
    postgres.drop(name)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """URL of a real Redis on a unix socket."""
    from tests.fixtures.redis import running_redis

    with running_redis() as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """URL of an empty Redis."""
    import redis

    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture
def open_tmp_path() -> Iterator[Path]:
    """A folder that other users may pass through; pytest's own is private, so a server could not."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="keting-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium to pass to Playwright as executable_path."""
    from tests.fixtures.chromium import find_chromium

    return find_chromium() or unavailable("Chromium")
