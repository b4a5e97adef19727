"""SQLAlchemy writes our statements, asyncpg runs them.

Statements are composed with SQLAlchemy Core and compiled once per shape, by its own cache.  They are not
executed through its engine: that costs three times what the driver costs, and messages are made of
statements (docs/adr/0001-statements-run-on-the-driver.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import asyncpg
import msgspec
import sqlalchemy as sa
from prometheus_client import Counter
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.util import LRUCache

#: What a statement needs besides what it was composed with: named values, or many sets of them.
Values = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
#: asyncpg's connection, in or out of a pool.
Connection = Any


#: What every load is made of; several sets of values count as one.
STATEMENTS = Counter("keting_sql_statements_total", "Statements that were sent to the database")


class Row(asyncpg.Record):
    """A row whose columns are attributes: row.id, row.created_at; it unpacks like a tuple."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Rows(list[Row]):
    """What a statement returned."""

    def first(self) -> Row | None:
        return self[0] if self else None

    def one(self) -> Row:
        """The only row; LookupError when there is another number of them."""
        if len(self) != 1:
            raise LookupError(f"one row expected, not {len(self)}")
        return self[0]

    def value(self) -> Any:
        """The first column of the first row, None when there is no row."""
        return self[0][0] if self else None


def query(text: str, **types: Any) -> sa.TextClause:
    """SQL by hand with the types of its :names; for module constants, which cost nothing to compose."""
    return sa.text(text).bindparams(*(sa.bindparam(name, type_=kind) for name, kind in types.items()))


def _dump(value: Any) -> str:
    return msgspec.json.encode(value).decode()


_dialect = PGDialect_asyncpg(json_serializer=_dump)  # type: ignore[no-untyped-call]
_compiled: LRUCache[Any, Any] = LRUCache(1000)


class _Plan:
    """A compiled statement, ready to be given values."""

    def __init__(self, compiled: SQLCompiler) -> None:
        self._compiled = compiled
        self._names: Sequence[str] = compiled.positiontup or ()
        self._processors: Mapping[str, Callable[[Any], Any]] = compiled._bind_processors  # type: ignore[assignment]
        # "in" over a list is spelled out for the length of the list
        self._expands = bool(compiled.post_compile_params)

    def ready(self, values: Mapping[str, Any] | None, extracted: Any) -> tuple[str, list[Any]]:
        """The SQL and its arguments in order."""
        named = self._compiled.construct_params(values, extracted_parameters=extracted, escape_names=False)
        if self._expands:
            state = self._compiled._process_parameters_for_postcompile(named)
            processors = {**self._processors, **state.processors}
            return state.statement, _arguments(state.positiontup or (), state.parameters, processors)
        return self._compiled.string, _arguments(self._names, named, self._processors)


def _arguments(
    names: Sequence[str], named: Mapping[str, Any], processors: Mapping[str, Callable[[Any], Any]]
) -> list[Any]:
    return [processors[name](named[name]) if name in processors else named[name] for name in names]


_plans: WeakKeyDictionary[SQLCompiler, _Plan] = WeakKeyDictionary()


def prepare(statement: sa.Executable, values: Mapping[str, Any] | None = None) -> tuple[str, list[Any]]:
    """A statement as PostgreSQL's SQL with its arguments, for asyncpg."""
    plan, extracted = _plan(statement, values or {}, many=False)
    return plan.ready(values, extracted)


def _plan(statement: Any, values: Mapping[str, Any], *, many: bool) -> tuple[_Plan, Any]:
    compiled, extracted, _ = statement._compile_w_cache(
        _dialect, compiled_cache=_compiled, column_keys=sorted(values), for_executemany=many
    )
    plan = _plans.get(compiled)
    if plan is None:
        plan = _plans[compiled] = _Plan(compiled)
    return plan, extracted


async def run(conn: Connection, statement: sa.Executable, values: Values = None) -> Rows:
    """Run a statement; with a list of values once for each of them, which returns nothing."""
    STATEMENTS.inc()
    if values is None or isinstance(values, Mapping):
        text, arguments = prepare(statement, values)
        return Rows(await conn.fetch(text, *arguments))
    if values:
        plan, extracted = _plan(statement, values[0], many=True)
        ready = [plan.ready(each, extracted) for each in values]
        await conn.executemany(ready[0][0], [arguments for _, arguments in ready])
    return Rows()


async def furnish(conn: Connection) -> None:
    """Give a new connection our reading and writing of JSON."""
    await conn.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda text: b"\x01" + text.encode(),  # the version that PostgreSQL puts before it
        decoder=lambda data: msgspec.json.decode(data[1:]),
    )
    await conn.set_type_codec(
        "json", schema="pg_catalog", format="binary", encoder=str.encode, decoder=msgspec.json.decode
    )
