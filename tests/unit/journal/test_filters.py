"""One tree, two evaluators: what SQL finds, asked what it left over, is what `evaluate.py` finds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from bridge.journal import lists
from bridge.journal.filters import condition
from bridge.journal.lists import Query
from bridge.journal.schema import migrate
from bridge.scim.errors import InvalidFilter
from bridge.scim.evaluate import compile_filter
from bridge.scim.filter import Tree
from bridge.scim.resource_types import ResourceType
from tests.unit.journal.listed import TYPES, Row, rows, scope, store, trees, whole


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    yield db
    db.close()


def found_by_sql(db: sqlite3.Connection, tree: Tree, type_: ResourceType, stored: list[Row]) -> list[str]:
    query = Query(scope(type_), condition(tree, scope(type_)))
    rest = query.condition.rest
    places = lists.places(db, query)
    assert len(places) == lists.count(db, query)
    by_seq = {row.seq: row for row in stored}
    asks = compile_filter(rest, type_) if rest else lambda _: True
    event("SQL alone" if rest is None else "left something")
    return [row.id for place in places if asks(whole(row := by_seq[place.seq]))]


def left(tree: Tree, type_: ResourceType) -> Tree:
    """What of the filter is left to the evaluator."""
    rest = condition(tree, scope(type_)).rest
    assert rest is not None, "answered, and it cannot be asked"
    return rest


def found_by_evaluator(tree: Tree, type_: ResourceType, stored: list[Row]) -> list[str]:
    matches = compile_filter(tree, type_)
    living = [row for row in stored if row.deleted is None and (row.tenant, row.type) == ("default", type_.name)]
    return [row.id for row in living if matches(whole(row))]


@given(rows(), trees(), st.sampled_from(("User", "Group")))
@settings(max_examples=400, deadline=None)
def test_sql_and_the_evaluator_find_the_same(db: sqlite3.Connection, stored: list[Row], tree: Tree, name: str) -> None:
    type_ = TYPES[name]
    try:
        compile_filter(tree, type_)
    except InvalidFilter:
        with pytest.raises(InvalidFilter):
            compile_filter(left(tree, type_), type_)
        return
    db.execute("BEGIN")
    try:
        store(db, stored)
        assert found_by_evaluator(tree, type_, stored) == found_by_sql(db, tree, type_, stored)
    finally:
        db.execute("ROLLBACK")
