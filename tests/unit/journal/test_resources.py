import sqlite3
from collections.abc import Iterator

import pytest

from bridge.journal import resources
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
    db.execute(INSERT, {**dict.fromkeys(("unique_key", "external_id", "display_key", "active")), **row, **more})


def bury(db: sqlite3.Connection, id_: str) -> None:
    db.execute("UPDATE resource SET deleted = 9 WHERE id = ?", (id_,))


def found(db: sqlite3.Connection, key: tuple[str, str]) -> resources.Stored:
    stored = resources.by_key(db, "default", "User", *key)
    assert stored is not None
    return stored


def test_a_resource_is_read_back(db):
    store(db, "r1")

    expected = resources.Stored("r1", "default", "User", 1, 5, 5, None, {"a": 1})
    assert expected == resources.get(db, "default", "User", "r1")
    assert expected == resources.by_id(db, "r1")


@pytest.mark.parametrize(("tenant", "type_"), [("other", "User"), ("default", "Group")])
def test_another_tenant_or_type_does_not_see_it(db, tenant, type_):
    store(db, "r1", unique_key="k")

    assert resources.get(db, tenant, type_, "r1") is None
    assert resources.named(db, tenant, type_, "k") is None


def test_a_tombstone_is_seen_by_id_alone(db):
    store(db, "r1", unique_key="k")
    bury(db, "r1")

    assert resources.get(db, "default", "User", "r1") is None
    assert resources.named(db, "default", "User", "k") is None
    assert 9 == resources.by_id(db, "r1").deleted


def test_a_unique_key_finds_who_has_it(db):
    store(db, "r1", unique_key="ada")

    assert "r1" == resources.named(db, "default", "User", "ada").id
    assert resources.named(db, "default", "User", "Ada") is None


@pytest.mark.parametrize("key", [("id", "r1"), ("unique_key", "ada")])
def test_a_key_finds_one_and_says_whether_it_is_in_a_group(db, key):
    store(db, "r1", unique_key="ada")
    assert ("r1", False) == (found(db, key).id, found(db, key).grouped)

    db.execute("INSERT INTO membership VALUES ('g', 'r1', 'User', NULL)")
    assert found(db, key).grouped
    assert resources.by_id(db, "r1").grouped


@pytest.mark.parametrize("name", ["get", "by_id", "by_seq", "named"])
def test_no_read_goes_through_all_rows(db, name):
    statement = load("resources")[name]
    named = dict.fromkeys(("tenant", "type", "unique_key", "id", "numbers"))

    plan = [step for *_, step in db.execute(f"EXPLAIN QUERY PLAN {statement}", named)]

    assert not any(step.startswith("SCAN resource") for step in plan)
