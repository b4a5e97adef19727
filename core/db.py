"""The one way to the database: transactions that know the time and whom to wake when they commit."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import asyncpg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from core.clock import Clock, SystemClock
from core.errors import Unavailable
from core.hints import Hints, LocalHints

T = TypeVar("T")

#: SQLSTATEs after which the same transaction may succeed when run again.
_TRANSIENT = {"40001", "40P01"}

#: What the driver raises before there is a connection (starting up, too many): SQLAlchemy passes it on.
_WHILE_CONNECTING = (asyncpg.PostgresError, asyncpg.InterfaceError)


def async_url(url: str) -> str:
    """Any PostgreSQL URL in the form that our driver takes."""
    for scheme in ("postgresql+psycopg2://", "postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+asyncpg://" + url.removeprefix(scheme)
    return url


@dataclass
class Tx:
    """One transaction: a connection, one moment in time, and the hints to give once it is committed."""

    conn: AsyncConnection
    now: datetime
    topics: set[str] = field(default_factory=set)

    def hint(self, *topics: str) -> None:
        """Wake whoever watches these topics, after the commit."""
        self.topics.update(topics)

    async def run(self, statement: sa.Executable, values: Any = None) -> sa.CursorResult[Any]:
        result: sa.CursorResult[Any] = await self.conn.execute(statement, values)
        return result

    async def one(self, statement: sa.Executable) -> sa.Row[Any] | None:
        return (await self.conn.execute(statement)).first()

    async def all(self, statement: sa.Executable) -> list[sa.Row[Any]]:
        return list((await self.conn.execute(statement)).all())

    async def value(self, statement: sa.Executable) -> Any:
        return (await self.conn.execute(statement)).scalar()


class Reading(Tx):
    """Statements that only read, each for itself: it costs no round trips for BEGIN and COMMIT."""

    def hint(self, *topics: str) -> None:
        raise AssertionError("reading changes nothing")

    async def run(self, statement: sa.Executable, values: Any = None) -> sa.CursorResult[Any]:
        assert not statement.is_dml, "reading changes nothing"
        return await super().run(statement, values)


class Database:
    """Opens transactions; translates a lost database into Unavailable."""

    def __init__(
        self, url: str, *, clock: Clock | None = None, hints: Hints | None = None, pool_size: int = 15
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.hints: Hints = hints or LocalHints()
        self.engine: AsyncEngine = create_async_engine(
            async_url(url),
            pool_size=pool_size,
            max_overflow=0,  # overflow is closed after each use: under load that costs more than waiting
            pool_timeout=10,
            pool_use_lifo=True,  # few connections at work, whose statements stay prepared
            pool_pre_ping=False,  # a ping costs a round trip each time; a dead pool is dropped on first error
            connect_args={
                "timeout": 5,
                "command_timeout": 20,
                "prepared_statement_cache_size": 500,  # we have more than the usual 100
                "server_settings": {"application_name": "keting"},
            },
        )
        self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        """A transaction.  Commits at the end, rolls back on an exception, then gives its hints."""
        async with self._translated(), self.engine.begin() as conn:
            tx = Tx(conn, self.clock.now())
            yield tx
        for topic in tx.topics:
            self.hints.notify(topic)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        """For reads that lock nothing.  Each statement sees what is committed when it starts."""
        async with self._translated(), self._reader.connect() as conn:
            yield Reading(conn, self.clock.now())

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        """A lost database is Unavailable."""
        try:
            yield
        except (InterfaceError, OperationalError, TimeoutError, OSError, *_WHILE_CONNECTING) as err:
            await self._drop_dead(err)
            raise Unavailable("database", detail=type(err).__name__) from err
        except DBAPIError as err:
            if err.connection_invalidated or _sqlstate(err)[:2] in {"57", "08", "53"}:
                await self._drop_dead(err)
                raise Unavailable("database", detail=type(err).__name__) from err
            raise

    async def retrying(self, work: Callable[[Tx], Awaitable[T]], tries: int = 4) -> T:
        """Run work in a transaction; again when the database asks for it (deadlock, serialisation)."""
        for attempt in range(tries):
            try:
                async with self.begin() as tx:
                    return await work(tx)
            except DBAPIError as err:
                if _sqlstate(err) not in _TRANSIENT or attempt == tries - 1:
                    raise
                await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))
        raise AssertionError

    async def ready(self) -> bool:
        try:
            async with self.begin() as tx:
                await tx.value(sa.text("select 1"))
        except Unavailable:
            return False
        return True

    async def close(self) -> None:
        await self.engine.dispose()

    async def _drop_dead(self, err: BaseException) -> None:
        if not isinstance(err, TimeoutError):
            await self.engine.dispose()


def _sqlstate(err: DBAPIError) -> str:
    return str(getattr(err.orig, "sqlstate", "") or "")
