"""Lists by SQL: their order, their pages, what stands behind a place, and that no list goes through the whole table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.journal import lists
from bridge.journal.filters import condition
from bridge.journal.lists import Order, Place, Query
from bridge.journal.schema import migrate
from bridge.scim.filter_text import parse
from bridge.scim.path import resolve
from bridge.scim.resource_types import GROUP, USER, fold
from tests.unit.journal.listed import Row, rows, scope, store

ORDERS = ("userName", "externalId", "displayName", "id", "meta.created", "meta.lastModified")


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    yield db
    db.close()


def query(filter_: str | None = None, order: Order = lists.BY_CREATION) -> Query:
    return Query(scope(USER), condition(parse(filter_) if filter_ else None, scope(USER)), order)


def orders(attribute: str, *, descending: bool) -> tuple[Order, ...]:
    found = lists.orders_of(resolve(attribute, USER), USER, descending=descending)
    assert found is not None
    return found


def value(row: Row, attribute: str) -> Any:
    match attribute:
        case "userName" | "displayName":
            return fold(row.body[attribute]) if attribute in row.body else None
        case "externalId":
            return row.body.get(attribute)
        case _:
            return {"id": row.id, "meta.created": row.created, "meta.lastModified": row.modified}[attribute]


@given(rows(), st.sampled_from(ORDERS), st.booleans(), st.sampled_from([None, 'userName sw "a"', "active eq true"]))
@settings(max_examples=200, deadline=None)
def test_a_list_is_ordered_and_goes_on_behind_any_place(
    db: sqlite3.Connection, stored: list[Row], attribute: str, descending: bool, filter_: str | None
) -> None:
    db.execute("BEGIN")
    try:
        store(db, stored)
        matching = {place.seq for place in lists.places(db, query(filter_))}
        wanted = sorted(
            (row for row in stored if row.seq in matching),
            key=lambda row: (
                (value(row, attribute) is None, value(row, attribute) or "", row.seq)
                if isinstance(value(row, attribute), str | None)
                else (False, value(row, attribute), row.seq)
            ),
        )
        parts = [query(filter_, order) for order in orders(attribute, descending=descending)]
        found = [place for part in parts for place in lists.places(db, part)]

        assert [row.seq for row in (wanted[::-1] if descending else wanted)] == [place.seq for place in found]
        assert len(found) == sum(lists.count(db, part) for part in parts)
        for part in parts:
            whole = lists.places(db, part)
            for number, place in enumerate(whole):
                assert whole[number + 1 :] == lists.places(db, part, after=place)
                assert whole[number : number + 2] == lists.places(db, part, skip=number, limit=2)
    finally:
        db.execute("ROLLBACK")


def test_how_many_live_is_known_whoever_comes_and_goes(db: sqlite3.Connection) -> None:
    db.execute("BEGIN")
    try:
        store(db, [Row("1", {"userName": "a"}), Row("2", {"userName": "b"}), Row("3", {"userName": "c"})])
        db.execute("UPDATE resource SET deleted = 7, version = 2 WHERE id = '2'")
        db.execute("UPDATE resource SET deleted = 8 WHERE id = '2'")
        db.execute("UPDATE resource SET body = '{}' WHERE id = '1'")

        assert [2, 2] == [lists.count(db, each) for each in (query(), query(order=orders("id", descending=False)[0]))]
        assert 0 == lists.count(db, Query(scope(GROUP), condition(None, scope(GROUP))))
    finally:
        db.execute("ROLLBACK")


def test_resources_are_read_in_the_order_that_is_asked_for(db: sqlite3.Connection) -> None:
    stored = [Row("1", {"userName": "a"}), Row("2", {"userName": "b"})]
    db.execute("BEGIN")
    store(db, stored)
    read = lists.read(db, [stored[1].seq, stored[0].seq])
    db.execute("ROLLBACK")

    assert ["2", "1"] == [row.id for row in read]
    assert {"userName": "b"} == read[0].body


INDEXED = [
    ('userName eq "x"', "resource_unique (tenant=? AND type=? AND unique_key=?)"),
    ('userName sw "x"', "resource_unique (tenant=? AND type=? AND unique_key>? AND unique_key<?)"),
    ('userName gt "x" and title pr', "resource_unique (tenant=? AND type=? AND unique_key>?)"),
    ('externalId eq "x"', "resource_external (tenant=? AND type=? AND external_id=?)"),
    ('displayName eq "x"', "COVERING INDEX resource_display (tenant=? AND type=? AND display_key=?)"),
    ('id eq "x"', "sqlite_autoindex_resource_1 (id=?)"),
    ('meta.location eq "https://scim.example.com/scim/v2/Users/x"', "sqlite_autoindex_resource_1 (id=?)"),
    ('emails.value eq "x"', "PRIMARY KEY (key=?)"),
    ('emails[type eq "work" and value eq "x"]', "PRIMARY KEY (key=?)"),
    ('emails[type eq "work"].value sw "x"', "PRIMARY KEY (key>? AND key<?)"),
    ('meta.created le "2020-01-01T00:00:00Z"', "COVERING INDEX resource_created (tenant=? AND type=? AND created<?)"),
    (
        'meta.lastModified gt "2020-01-01T00:00:00Z"',
        "COVERING INDEX resource_modified (tenant=? AND type=? AND modified>?)",
    ),
    ("active eq false", "COVERING INDEX resource_list (tenant=? AND type=?)"),
    ('active eq true and userName eq "x"', "resource_unique (tenant=? AND type=? AND unique_key=?)"),
    ('userName sw "a" and externalId eq "x"', "resource_external (tenant=? AND type=? AND external_id=?)"),
    ('userName eq "a" or id eq "b" or emails eq "c"', "PRIMARY KEY (key=?)"),
]


@pytest.mark.parametrize(("filter_", "index"), INDEXED)
def test_an_index_serves_it(db: sqlite3.Connection, filter_: str, index: str) -> None:
    plan = steps(db, query(filter_))

    assert any(step.endswith(index) for step in plan), plan
    assert not any("SCAN r" in step for step in plan)
    assert not any("TEMP B-TREE" in step for step in plan) or filter_.startswith(("id eq", "userName eq", "meta.loc"))


def test_groups_are_found_by_a_member(db: sqlite3.Connection) -> None:
    of_groups = Query(scope(GROUP), condition(parse('members.value eq "x" and displayName co "y"'), scope(GROUP)))

    assert any("membership_member (member=?)" in step for step in steps(db, of_groups))


@pytest.mark.parametrize("attribute", [name for name in ORDERS if name != "id"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("after", [None, Place("x", 1)])
def test_an_index_gives_the_order(
    db: sqlite3.Connection, attribute: str, descending: bool, after: Place | None
) -> None:
    for order in orders(attribute, descending=descending):
        plan = steps(db, query("active eq true", order), after)

        assert [order.index] == [step.partition(" INDEX ")[2].partition(" ")[0] for step in plan]


def test_an_order_by_what_is_narrowed_goes_along_one_index(db: sqlite3.Connection) -> None:
    (order,) = orders("meta.lastModified", descending=True)

    plan = steps(db, query('meta.lastModified gt "2020-01-01T00:00:00Z"', order))

    assert ["SEARCH r USING COVERING INDEX resource_modified (tenant=? AND type=? AND modified>?)"] == plan


@pytest.mark.parametrize("attribute", ["title", "emails", "active", "name.familyName", "meta.version"])
def test_what_has_no_index_has_no_order_here(attribute: str) -> None:
    assert lists.orders_of(resolve(attribute, USER), USER, descending=False) is None


def test_a_probe_that_finds_much_is_known_before_it_is_read(db: sqlite3.Connection) -> None:
    db.execute("BEGIN")
    store(db, [Row(f"{number}", {"userName": f"{number}", "displayName": "Kim"}) for number in range(5)])
    probe = condition(parse('displayName eq "kim"'), scope(USER)).probe
    found = [probe is not None and lists.finds_more(db, scope(USER), probe, number) for number in (4, 5)]
    db.execute("ROLLBACK")

    assert [True, False] == found


def steps(db: sqlite3.Connection, asked: Query, after: Place | None = None) -> list[str]:
    """What SQLite says it will do for the places of a query."""
    seen: list[str] = []
    db.set_trace_callback(seen.append)
    lists.places(db, asked, after=after, limit=10)
    db.set_trace_callback(None)
    return [step for *_, step in db.execute(f"EXPLAIN QUERY PLAN {seen[-1]}")]
