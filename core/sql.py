"""SQLAlchemy writes our statements, asyncpg runs them.

Statements are composed with SQLAlchemy Core and compiled once per shape, by its own cache.  They are not
executed through its engine: that costs three times what the driver costs, and messages are made of
statements (docs/adr/0001-statements-run-on-the-driver.md).
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import asyncpg
import msgspec
import sqlalchemy as sa
from prometheus_client import Counter
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ValuesBase
from sqlalchemy.util import LRUCache

#: What a statement needs besides what it was composed with: named values, or many sets of them.
Values = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
#: asyncpg's connection, in or out of a pool.
Connection = Any
#: SQL and its arguments in order.
Ready = tuple[str, list[Any]]


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
        processors: Mapping[str, Any] = compiled._bind_processors
        self._slots = [(name, processors.get(name)) for name in compiled.positiontup or ()]
        # "in" over a list is spelled out for the length of the list
        self._expands = bool(compiled.post_compile_params)
        self._required = {name for name, bind in compiled.binds.items() if bind.required}
        self._composed: Mapping[str, Any] = compiled.construct_params(escape_names=False, _check=False)

    def given(self, values: Mapping[str, Any]) -> Ready:
        """With values for its own parameters; those that it was composed with stay."""
        if not self._required <= values.keys():
            raise LookupError(f"no value for {sorted(self._required - values.keys())}")
        if self._expands:
            return self._expanded({**self._composed, **values})
        return self._compiled.string, _arguments(self._slots, {**self._composed, **values})

    def like(self, extracted: Any, values: Mapping[str, Any] | None) -> Ready:
        """For a statement of the same shape that was composed with other values."""
        named = self._compiled.construct_params(values, extracted_parameters=extracted, escape_names=False)
        if self._expands:
            return self._expanded(named)
        return self._compiled.string, _arguments(self._slots, named)

    def _expanded(self, named: MutableMapping[str, Any]) -> Ready:
        state = self._compiled._process_parameters_for_postcompile(named)
        processors = {**self._compiled._bind_processors, **state.processors}
        slots = [(name, processors.get(name)) for name in state.positiontup or ()]
        return state.statement, _arguments(slots, state.parameters)


def _arguments(slots: Sequence[tuple[str, Any]], named: Mapping[str, Any]) -> list[Any]:
    return [process(named[name]) if process else named[name] for name, process in slots]


#: By shape, for statements composed anew each time; and by identity, for constants, which are given values.
_by_shape: LRUCache[SQLCompiler, _Plan] = LRUCache(1000)
_constants: LRUCache[Any, _Plan] = LRUCache(1000)


def prepare(statement: Any, values: Mapping[str, Any] | None = None) -> Ready:
    """A statement as PostgreSQL's SQL with its arguments, for asyncpg."""
    if values is None or isinstance(statement, ValuesBase):
        plan, extracted = _plan(statement, values or {}, many=False)
        return plan.like(extracted, values)
    constant = _constants.get(statement)
    if constant is None:
        constant = _constants[statement] = _Plan(statement.compile(dialect=_dialect))
    return constant.given(values)


def _plan(statement: Any, values: Mapping[str, Any], *, many: bool) -> tuple[_Plan, Any]:
    compiled, extracted, _ = statement._compile_w_cache(
        _dialect, compiled_cache=_compiled, column_keys=sorted(values), for_executemany=many
    )
    plan = _by_shape.get(compiled)
    if plan is None:
        plan = _by_shape[compiled] = _Plan(compiled)
    return plan, extracted


async def run(conn: Connection, statement: sa.Executable, values: Values = None) -> Rows:
    """Run a statement; with a list of values once for each of them, which returns nothing."""
    STATEMENTS.inc()
    if values is None or isinstance(values, Mapping):
        text, arguments = prepare(statement, values)
        return Rows(await conn.fetch(text, *arguments))
    if values:
        plan, extracted = _plan(statement, values[0], many=True)
        ready = [plan.like(extracted, each) for each in values]
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
