import sqlite3
from collections.abc import Iterator

import pytest

from bridge.journal import resources
from bridge.journal.resources import Index, Narrow
from bridge.journal.schema import migrate
from bridge.journal.sql import load

INSERT = load("resources")["insert"]


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    yield db
    db.close()


def store(db: sqlite3.Connection, id_: str, type_: str = "User", tenant: str = "default", **more: object) -> None:
    row = {"id": id_, "tenant": tenant, "type": type_, "version": 1, "body": '{"a":1}', "now": 5}
    db.execute(INSERT, {"unique_key": None, "external_id": None, **row, **more})


def bury(db: sqlite3.Connection, id_: str) -> None:
    db.execute("UPDATE resource SET deleted = 9 WHERE id = ?", (id_,))


def found(db: sqlite3.Connection, narrow: Narrow | None = None, type_: str = "User") -> list[str]:
    return [stored.id for stored in resources.search(db, "default", type_, narrow)]


def test_a_resource_is_read_back(db):
    store(db, "r1")

    expected = resources.Stored("r1", "default", "User", 1, 5, 5, None, {"a": 1})
    assert expected == resources.get(db, "default", "User", "r1")
    assert expected == resources.by_id(db, "r1")


@pytest.mark.parametrize(("tenant", "type_"), [("other", "User"), ("default", "Group")])
def test_another_tenant_or_type_does_not_see_it(db, tenant, type_):
    store(db, "r1", unique_key="k", external_id="e")

    assert resources.get(db, tenant, type_, "r1") is None
    for index, value in ((Index.ID, "r1"), (Index.UNIQUE, "k"), (Index.EXTERNAL, "e")):
        assert [] == list(resources.search(db, tenant, type_, Narrow(index, value)))
    assert 0 == resources.count(db, tenant, type_)


def test_a_tombstone_is_seen_by_id_alone(db):
    store(db, "r1", unique_key="k", external_id="e")
    bury(db, "r1")

    assert resources.get(db, "default", "User", "r1") is None
    assert 9 == resources.by_id(db, "r1").deleted
    for narrow in (None, Narrow(Index.ID, "r1"), Narrow(Index.UNIQUE, "k"), Narrow(Index.EXTERNAL, "e")):
        assert [] == found(db, narrow)
    assert 0 == resources.count(db, "default", "User")
    assert [] == resources.page(db, "default", "User", 0, 10)


def test_lists_are_in_the_order_of_creation_and_come_in_pages(db):
    for id_ in "zyxw":
        store(db, id_)
    bury(db, "y")

    assert ["z", "x", "w"] == found(db)
    assert ["x", "w"] == [stored.id for stored in resources.page(db, "default", "User", 1, 2)]
    assert 3 == resources.count(db, "default", "User")


def test_an_index_narrows_a_search(db):
    store(db, "r1", unique_key="grace", external_id="e")
    store(db, "r2", unique_key="ada", external_id="e")

    assert ["r2"] == found(db, Narrow(Index.UNIQUE, "ada"))
    assert ["r1", "r2"] == found(db, Narrow(Index.EXTERNAL, "e"))
    assert ["r1"] == found(db, Narrow(Index.ID, "r1"))
    assert [] == found(db, Narrow(Index.UNIQUE, "Ada"))


def test_groups_are_found_by_a_member(db):
    store(db, "g1", "Group")
    store(db, "g2", "Group")
    db.execute("INSERT INTO membership VALUES ('g2', 'u', 'User', NULL)")

    assert ["g2"] == found(db, Narrow(Index.MEMBER, "u"), "Group")


@pytest.mark.parametrize("name", [*map(str, Index), "get", "by_id", "all", "page", "count"])
def test_no_read_goes_through_all_rows(db, name):
    statement = load("resources")[name]
    named = dict.fromkeys(("tenant", "type", "value", "id", "skip", "limit"))

    plan = [step for *_, step in db.execute(f"EXPLAIN QUERY PLAN {statement}", named)]

    assert all(step.startswith(("SEARCH", "USE TEMP B-TREE")) for step in plan)


@pytest.mark.parametrize("name", ["all", "page"])
def test_lists_need_no_sorting(db, name):
    named = dict.fromkeys(("tenant", "type", "skip", "limit"))

    plan = [step for *_, step in db.execute(f"EXPLAIN QUERY PLAN {load('resources')[name]}", named)]

    assert not any("TEMP B-TREE" in step for step in plan)
