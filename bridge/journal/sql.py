"""Named SQL: `load("links")` reads `links.sql` beside this file; each statement stands under a line `-- name --`.

A thread that executes a statement lets go of the interpreter and has to get it back, so many rows are written by one
statement rather than by many: `write_rows`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

_VALUES = re.compile(r"VALUES (\([^()]*\))")
_PARAMETER = re.compile(r":(\w+)")
_SIZES = (64, 16, 4, 1)
"""Rows that one statement writes: a few sizes, so that SQLite keeps each compiled."""

_NAME = re.compile(r"^-- (\w+) --$", re.MULTILINE)


@cache
def load(name: str) -> dict[str, str]:
    """The statements of one file, by name."""
    text = files("bridge.journal").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    _, *parts = _NAME.split(text)
    if len(parts) != 2 * len(set(parts[::2])):
        raise ValueError(f"{name}.sql: a name stands twice")
    return {parts[i]: parts[i + 1].strip() for i in range(0, len(parts), 2)}


def run(db: sqlite3.Connection, statement: str, row: Mapping[str, object]) -> sqlite3.Cursor:
    """Run a statement of many named parameters: numbered, for names are looked up one by one at each run."""
    text, names = _numbered(statement)
    return db.execute(text, [row[name] for name in names])


@cache
def _numbered(statement: str) -> tuple[str, list[str]]:
    """The statement with numbers in place of names, and the names in their order."""
    names = list(dict.fromkeys(_PARAMETER.findall(statement)))
    return _PARAMETER.sub(lambda name: f"?{names.index(name[1]) + 1}", statement), names


def write_rows(db: sqlite3.Connection, statement: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Run an INSERT of one row of named parameters for all rows, in their order, in as few steps as may be."""
    start = 0
    for size in _SIZES:
        while len(rows) - start >= size:
            text, names = _repeated(statement, size)
            db.execute(text, [row[name] for row in rows[start : start + size] for name in names])
            start += size


@cache
def _repeated(statement: str, times: int) -> tuple[str, list[str]]:
    """The statement for so many rows, with positional parameters, and the names of one row's."""
    (values,) = _VALUES.findall(statement)
    many = ", ".join([_PARAMETER.sub("?", values)] * times)
    return statement.replace(values, many), _PARAMETER.findall(values)
