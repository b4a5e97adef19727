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

from core import sql
from core.clock import Clock, SystemClock
from core.errors import Unavailable
from core.hints import Hints, LocalHints
from core.sql import Row, Rows

__all__ = ["Database", "Reading", "Row", "Rows", "Tx", "async_url", "driver_url"]

T = TypeVar("T")
#: Writes many rows of one kind with one statement.
Write = Callable[["Tx", list[Any]], Awaitable[None]]

#: After these the same transaction may succeed when run again.
_TRANSIENT = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
#: Classes of SQLSTATE that say that the server is going, gone or full.
_AWAY = {"08", "53", "57"}
_ACQUIRE_S = 10.0
_FAREWELL_S = 2.0


def async_url(url: str) -> str:
    """Any PostgreSQL URL in the form that SQLAlchemy takes for our driver."""
    for scheme in ("postgresql+psycopg2://", "postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+asyncpg://" + url.removeprefix(scheme)
    return url


def driver_url(url: str) -> str:
    """Any PostgreSQL URL in the form that the driver itself takes."""
    return "postgresql://" + async_url(url).removeprefix("postgresql+asyncpg://")


async def _as_it_is(_: Any) -> None:
    """We leave nothing behind on a connection (session settings, cursors, listeners): no need to reset it."""


@dataclass
class Tx:
    """One transaction: a connection, one moment in time, what to write at its end, and the hints to give
    once it is committed."""

    conn: sql.Connection
    now: datetime
    topics: set[str] = field(default_factory=set)
    _last: dict[Write, list[Any]] = field(default_factory=dict)

    def at_end(self, write: Write, row: Any) -> None:
        """Have row written just before the commit, together with all others for the same write.

        For rows that nothing in the transaction reads again: many become one statement, and locks that
        everybody wants are held for the shortest time.
        """
        self._last.setdefault(write, []).append(row)

    async def flush(self) -> None:
        """Write what waits for the end, now."""
        last, self._last = self._last, {}
        for write, rows in last.items():
            await write(self, rows)

    def hint(self, *topics: str) -> None:
        """Wake whoever watches these topics, after the commit."""
        self.topics.update(topics)

    async def run(self, statement: sa.Executable, values: sql.Values = None) -> Rows:
        return await sql.run(self.conn, statement, values)

    async def one(self, statement: sa.Executable) -> Row | None:
        return (await self.run(statement)).first()

    async def all(self, statement: sa.Executable) -> list[Row]:
        return await self.run(statement)

    async def value(self, statement: sa.Executable, values: sql.Values = None) -> Any:
        return (await self.run(statement, values)).value()

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What an exception inside the block takes back is the block alone."""
        await self.flush()  # what was handed over before stays; what the block hands over goes with it
        try:
            async with self.conn.transaction():
                yield
        except BaseException:
            self._last = {}
            raise


class Reading(Tx):
    """Statements that only read, each for itself: it costs no round trips for BEGIN and COMMIT."""

    def hint(self, *topics: str) -> None:
        raise AssertionError("reading changes nothing")

    async def run(self, statement: sa.Executable, values: sql.Values = None) -> Rows:
        assert not statement.is_dml, "reading changes nothing"
        return await super().run(statement, values)


class Database:
    """Opens transactions; translates a lost database into Unavailable."""

    def __init__(
        self, url: str, *, clock: Clock | None = None, hints: Hints | None = None, pool_size: int = 15
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.hints: Hints = hints or LocalHints()
        self._url, self._size = driver_url(url), pool_size
        self._pool: asyncpg.Pool[Row] | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        """A transaction.  Commits at the end, rolls back on an exception, then gives its hints."""
        async with self._connection() as conn, conn.transaction():
            tx = Tx(conn, self.clock.now())
            yield tx
            await tx.flush()
        for topic in tx.topics:
            self.hints.notify(topic)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        """For reads that lock nothing.  Each statement sees what is committed when it starts."""
        async with self._connection() as conn:
            yield Reading(conn, self.clock.now())

    @asynccontextmanager
    async def single(self) -> AsyncIterator[Tx]:
        """For statements that need no others to be true: each is committed by itself.

        It costs no round trips for BEGIN and COMMIT; hints are given at the end of the block.
        """
        async with self._connection() as conn:
            tx = Tx(conn, self.clock.now())
            yield tx
            await tx.flush()
        for topic in tx.topics:
            self.hints.notify(topic)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[sql.Connection]:
        """A connection for the length of the block.  A lost database is Unavailable."""
        try:
            pool = self._pool or await self._open()
            async with asyncio.timeout(_ACQUIRE_S):
                conn = await pool.acquire()
            try:
                yield conn
            finally:
                await pool.release(conn)
        except asyncpg.DataError:
            raise  # a value that does not fit its column: a bug, not a lost database
        except (asyncpg.InterfaceError, TimeoutError, OSError) as err:
            raise await self._lost(err) from err
        except asyncpg.PostgresError as err:
            if (err.sqlstate or "")[:2] in _AWAY:
                raise await self._lost(err) from err
            raise

    async def _open(self) -> asyncpg.Pool[Row]:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=0,
                    max_size=self._size,
                    max_inactive_connection_lifetime=0,
                    reset=_as_it_is,
                    record_class=Row,
                    init=sql.furnish,
                    timeout=5,
                    command_timeout=20,
                    statement_cache_size=500,
                    max_cached_statement_lifetime=0,
                    server_settings={"application_name": "keting", "jit": "off"},
                )
        return self._pool

    async def _lost(self, err: BaseException) -> Unavailable:
        if self._pool is not None and not isinstance(err, TimeoutError):
            await self._pool.expire_connections()  # the others are as dead
        return Unavailable("database", detail=type(err).__name__)

    async def retrying(self, work: Callable[[Tx], Awaitable[T]], tries: int = 4) -> T:
        """Run work in a transaction; again when the database asks for it (deadlock, serialisation)."""
        for attempt in range(tries):
            try:
                async with self.begin() as tx:
                    return await work(tx)
            except _TRANSIENT:
                if attempt == tries - 1:
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
        """Drop all connections; the next transaction opens new ones."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            async with asyncio.timeout(_FAREWELL_S):
                await pool.close()
        except TimeoutError:
            pool.terminate()
