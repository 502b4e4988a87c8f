"""Make and migrate the tables. Steps are numbered, run once each, and are never edited after a release.

`schema.sql` is the journal as it is now, for people to read; a test holds that the steps lead to it.
"""

from __future__ import annotations

import sqlite3
from importlib.resources import files
from typing import TYPE_CHECKING

from bridge.journal.errors import JournalUnusable
from bridge.scim.resource_types import fold

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

SET = "journal"


def migrate(db: sqlite3.Connection) -> None:
    """Run the steps that are missing, each in a transaction; refuse a journal that knows steps we do not."""
    from sqlite_utils import Database, Migrations  # 115 ms: paid only by who opens to write

    db.create_function("fold", 1, fold, deterministic=True)  # for steps alone: no statement and no index uses it
    migrations = Migrations(SET)
    for name, statements in steps().items():
        _register(migrations, name, statements)
    target = Database(db)
    unknown = {applied.name for applied in migrations.applied(target)} - steps().keys()
    if unknown:
        raise JournalUnusable(
            f"the journal was written by a newer scim-bridge ({', '.join(sorted(unknown))}): install that version"
        )
    migrations.apply(target)


def _register(migrations: Migrations, name: str, statements: list[str]) -> None:
    @migrations(name=name)
    def step(db: Database) -> None:
        for statement in statements:
            db.execute(statement)


def steps() -> dict[str, list[str]]:
    """The statements of each step, in order."""
    folder = files("bridge.journal").joinpath("migrations")
    found = sorted(path.name for path in folder.iterdir() if path.name.endswith(".sql"))
    return {name.removesuffix(".sql"): split(folder.joinpath(name).read_text(encoding="utf-8")) for name in found}


def split(script: str) -> list[str]:
    """The statements of a script, one by one (`executescript` would commit half a step)."""
    statements, begun = [], ""
    for line in script.splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            statements.append(begun.strip())
            begun = ""
    return statements
