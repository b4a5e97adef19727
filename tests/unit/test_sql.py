"""Statements as the driver gets them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from core import schema as s
from core.sql import prepare, query

BY_ID = sa.select(s.visitor.c.id).where(s.visitor.c.id == sa.bindparam("id"), s.visitor.c.seq > 3)


def test_a_constant_keeps_what_it_was_composed_with_and_takes_the_rest() -> None:
    for given in ("a", "b"):
        assert prepare(BY_ID, {"id": given})[1] == [given, 3]


def test_a_value_that_was_forgotten_is_no_null() -> None:
    with pytest.raises(LookupError, match="id"):
        prepare(BY_ID, {})


def test_a_statement_of_the_same_shape_has_the_same_text_and_its_own_values() -> None:
    first, second = (
        prepare(sa.select(s.visitor.c.id).where(s.visitor.c.seq == n, s.visitor.c.name == name))
        for n, name in ((1, "x"), (2, "y"))
    )
    assert first[0] == second[0]
    assert (first[1], second[1]) == ([1, "x"], [2, "y"])


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_list_is_spelled_out_for_its_length(count: int) -> None:
    text, arguments = prepare(sa.select(s.visitor.c.id).where(s.visitor.c.seq.in_(list(range(count)))))
    assert arguments == list(range(count))
    assert text.count("$") == count


def test_json_goes_out_as_text_and_nothing_as_null() -> None:
    insert = query("insert into t values (:data)", data=JSONB(none_as_null=True))
    assert prepare(insert, {"data": {"名": 1}})[1] == ['{"名":1}']
    assert prepare(insert, {"data": None})[1] == [None]
