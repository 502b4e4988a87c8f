import re
import sqlite3
from importlib.resources import files

import pytest

from bridge.journal import sql
from bridge.journal.schema import migrate

NOUNS = sorted(
    path.name.removesuffix(".sql")
    for path in files("bridge.journal").iterdir()
    if path.name.endswith(".sql") and path.name not in ("schema.sql", "scratch.sql")
)


def test_statements_are_found_by_name():
    assert sql.load("keys")["any"].startswith("SELECT 1 FROM change")


@pytest.mark.parametrize("noun", NOUNS)
def test_every_statement_fits_the_schema(noun):
    """A statement about a column that is not there fails here, not in the field."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    try:
        for name, statement in sql.load(noun).items():
            named = dict.fromkeys(re.findall(r":(\w+)", statement))
            try:
                db.execute(f"EXPLAIN {statement}", named)
            except sqlite3.Error as error:
                pytest.fail(f"{noun}.sql, {name}: {error}")
    finally:
        db.close()


def test_names_may_stand_in_any_order_and_more_than_once():
    db = sqlite3.connect(":memory:", isolation_level=None)

    found = sql.run(db, "SELECT :b, :a, :b || :a", {"a": "1", "b": "2", "c": "unused"}).fetchone()

    assert ("2", "1", "21") == found
    db.close()


def test_many_rows_are_written_in_their_order_by_few_statements():
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("CREATE TABLE note (seq INTEGER PRIMARY KEY, name TEXT, text TEXT)")
    ran = []
    db.set_trace_callback(ran.append)
    rows = [{"name": f"n{number}", "text": "x" * number} for number in range(100)]

    sql.write_rows(db, "INSERT INTO note (name, text) VALUES (:name, :text)", rows)

    assert 1 + 2 + 1 == len(ran)  # 64, 16 and 16, 4
    found = db.execute("SELECT name, text FROM note ORDER BY seq").fetchall()
    assert [tuple(row.values()) for row in rows] == found
    db.close()
