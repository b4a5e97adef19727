"""Brings the databases up: ours with its schema and a first administrator, and Rasa's own."""

from __future__ import annotations

import asyncio
import secrets
import signal
from pathlib import Path

import sqlalchemy as sa
from asyncpg import CannotConnectNowError, PostgresError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from core.bilingual import Bilingual
from core.schema import agent
from supervisor.child import Program
from supervisor.environment import UNWANTED
from supervisor.errors import ChildFailed, DatabaseUnusable
from supervisor.postgres import PostgresServer

BOT_SUFFIX = "_bot"
FIRST_ADMIN = "admin"
OLDEST_SERVER = 15


def postgres_program(server: PostgresServer, data_dir: Path, environment: dict[str, str]) -> Program:
    """The embedded server as a child: a fast shutdown when we stop it, and the same when we are killed."""
    kept = {name: value for name, value in environment.items() if name not in UNWANTED}
    return Program(
        name="postgres",
        argv=server.command(),
        env={name: value for name, value in kept.items() if not name.startswith(("PG", "KETING_SECRET"))},
        cwd=Path("/"),
        log=data_dir / "logs" / "postgres.log",
        account=server.account,
        stop_signal=signal.SIGINT,
        stop_timeout_s=30,
        death_signal=signal.SIGINT,
    )


async def reach(url: str, patience_s: float = 30) -> None:
    """Return when the server answers; raises DatabaseUnusable with what to do.

    A server that is still starting is waited for; a wrong password or name is not.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience_s
    while True:
        try:
            version = await _server_version(url)
        except (OSError, CannotConnectNowError) as error:
            if loop.time() > deadline:
                raise DatabaseUnusable.not_reached(str(error)) from error
            await asyncio.sleep(0.5)
        except (PostgresError, DBAPIError, ArgumentError) as error:
            raise DatabaseUnusable.not_reached(str(error)) from error
        else:
            break
    if version < OLDEST_SERVER * 10000:
        raise DatabaseUnusable.too_old(version // 10000, OLDEST_SERVER)


async def _server_version(url: str) -> int:
    """As a number: 150020 is 15.20."""
    engine = create_async_engine(url, poolclass=NullPool, connect_args={"timeout": 5})
    try:
        async with engine.connect() as connection:
            return int(await connection.scalar(sa.text("SHOW server_version_num")))
    finally:
        await engine.dispose()


async def ensure_database(url: str, through: str) -> None:
    """Create the database that url names unless it exists, connected as ``through`` says."""
    name = make_url(url).database
    engine = create_async_engine(through, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            known = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
            if await connection.scalar(known, {"name": name}) is None:
                quoted = engine.dialect.identifier_preparer.quote_identifier(name or "")
                await connection.execute(sa.text(f"CREATE DATABASE {quoted}"))
    finally:
        await engine.dispose()


def bot_database_url(database_url: str) -> str:
    """Rasa's database beside ours: the same server and user, our name with a suffix."""
    url = make_url(database_url)
    return url.set(database=f"{url.database}{BOT_SUFFIX}").render_as_string(hide_password=False)


async def ensure_bot_database(url: str, through: str) -> None:
    """Raises ChildFailed with what to do where our user may not create databases."""
    try:
        await ensure_database(url, through)
    except DBAPIError as error:
        name = make_url(url).database
        raise ChildFailed(
            Bilingual(
                f"无法创建机器人的数据库 {name}（{error.orig}）。请由管理员创建，"
                f"或设置 KETING_BOT_DATABASE_URL。",
                f"The bot's database {name} cannot be created ({error.orig}). Have it created, or set "
                f"KETING_BOT_DATABASE_URL.",
            )
        ) from error


async def ensure_first_admin(url: str) -> str | None:
    """The password of the administrator that was just created, or None where there are people already.

    It is returned this once and stored nowhere; the database has its hash only.
    """
    from core.agents import add_agent

    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            if await connection.scalar(sa.select(sa.exists(sa.select(agent.c.id)))):
                return None
    finally:
        await engine.dispose()
    password = "-".join(secrets.token_hex(3) for _ in range(4))
    await add_agent(url, FIRST_ADMIN, "admin", password, "Keting")
    return password
