"""The steps must lead to `schema.sql`. Both sides are read back from SQLite; neither is made from the other."""

import re
import sqlite3
from collections.abc import Iterator
from importlib.resources import files

import pytest

from bridge.journal import schema
from bridge.journal.errors import JournalUnusable

SCHEMA = files("bridge.journal").joinpath("schema.sql").read_text(encoding="utf-8")


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    yield db
    db.close()


def shape(db: sqlite3.Connection) -> dict[str, str]:
    """Tables and indexes by name, as SQLite keeps them, without comments and white space."""
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> '_sqlite_migrations'"
    return {name: re.sub(r"--[^\n]*|\s", "", sql) for name, sql in db.execute(query)}


def shape_of(script: str) -> dict[str, str]:
    db = sqlite3.connect(":memory:")
    db.executescript(script)
    found = shape(db)
    db.close()
    return found


def test_the_steps_lead_to_the_schema(db):
    schema.migrate(db)

    assert shape_of(SCHEMA) == shape(db)


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("attempts        INTEGER NOT NULL DEFAULT 0,", ""),
        ("attempts        INTEGER NOT NULL DEFAULT 0", "attempts        INTEGER NOT NULL DEFAULT 1"),
        ("state IN ('in_sync', 'dirty', 'sending', 'parked')", "state IN ('in_sync', 'dirty', 'parked')"),
        ("CREATE INDEX link_resource ON link (resource);", ""),
        ("WHERE deleted IS NULL AND unique_key IS NOT NULL", "WHERE unique_key IS NOT NULL"),
        ("REFERENCES plan (id) ON DELETE CASCADE", "REFERENCES plan (id)"),
    ],
)
def test_a_difference_to_the_schema_would_be_seen(db, written, instead):
    schema.migrate(db)

    assert written in SCHEMA
    assert shape_of(SCHEMA.replace(written, instead)) != shape(db)


def test_all_tables_are_strict(db):
    schema.migrate(db)

    tables = db.execute("PRAGMA table_list").fetchall()
    ours = {
        name: strict
        for _, name, type_, _, _, strict in tables
        if type_ == "table" and not name.startswith(("sqlite_", "_sqlite_"))
    }
    assert set() == {name for name, strict in ours.items() if not strict}
    assert {"resource", "change", "head", "link"} <= ours.keys()


def test_who_lives_already_is_counted(db, monkeypatch):
    steps = schema.steps()
    monkeypatch.setattr(schema, "steps", lambda: {name: each for name, each in steps.items() if name < "0016"})
    schema.migrate(db)
    for number, deleted in enumerate((None, None, 5)):
        db.execute(
            "INSERT INTO resource (id, tenant, type, version, body, created, modified, deleted) "
            "VALUES (?, 'default', 'User', 1, '{}', 1, 1, ?)",
            (str(number), deleted),
        )

    monkeypatch.setattr(schema, "steps", lambda: steps)
    schema.migrate(db)

    assert [("default", "User", 2)] == db.execute("SELECT * FROM population").fetchall()


def test_migrating_again_does_nothing(db):
    schema.migrate(db)
    before = db.execute("SELECT * FROM _sqlite_migrations").fetchall()

    schema.migrate(db)

    assert before == db.execute("SELECT * FROM _sqlite_migrations").fetchall()


def test_a_journal_of_a_newer_bridge_is_refused(db):
    schema.migrate(db)
    db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('journal', '0099_later', 'later')"
    )

    with pytest.raises(JournalUnusable, match=r"newer scim-bridge \(0099_later\): install that version"):
        schema.migrate(db)


def test_a_step_that_fails_leaves_nothing_behind(db, monkeypatch):
    monkeypatch.setattr(
        schema, "steps", lambda: {"0001": ["CREATE TABLE kept (a)"], "0002": ["CREATE TABLE half (a)", "no"]}
    )

    with pytest.raises(sqlite3.OperationalError):
        schema.migrate(db)

    assert {"kept"} == shape(db).keys()
    assert [("0001",)] == db.execute("SELECT name FROM _sqlite_migrations").fetchall()


def test_a_script_is_cut_into_its_statements():
    script = "-- about a;\nCREATE TABLE a (x, -- one; two\n  y);\nCREATE INDEX b\nON a (x);\n"

    assert ["-- about a;\nCREATE TABLE a (x, -- one; two\n  y);", "CREATE INDEX b\nON a (x);"] == schema.split(script)
