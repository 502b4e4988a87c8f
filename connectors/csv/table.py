"""The rows of one file as a table in memory: found, changed and written in the order of their keys. Pure.

A row is kept as its line and taken apart when it is asked for, so a table weighs what its file weighs. Columns that
nobody maps are kept as they are. The order of columns is stable: those of the config first, then as the file has
them, then new ones. Equal rows give equal bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.csv.cells import Dialect

BOM = "\ufeff"


class Unreadable(ValueError):
    """The text is not a whole table with the key column: nothing may be concluded from it, and it is not written."""


class Table:
    """Rows by key. `changed` says that there is something to publish."""

    def __init__(self, dialect: Dialect, key: str, header: Sequence[str]) -> None:
        self.dialect = dialect
        self.key = key
        self.header = list(header)
        self.changed = False
        self._lines: dict[str, str] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._lines

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._lines))

    def row(self, key: str) -> dict[str, str]:
        """The cells of a row by column, without the empty ones."""
        (cells,) = self.dialect.rows(io.StringIO(self._lines[key], newline=""))
        return {column: cell for column, cell in zip(self.header, cells, strict=True) if cell}

    def put(self, key: str, cells: Mapping[str, str]) -> None:
        """Write a row; columns that are new come last."""
        self.widen(cells)
        line = self._line(key, cells)
        if self._lines.get(key) != line:
            self._lines[key] = line
            self.changed = True

    def remove(self, key: str) -> None:
        if self._lines.pop(key, None) is not None:
            self.changed = True

    def widen(self, columns: Iterable[str]) -> None:
        """Add the columns that are not there yet, in this order, with empty cells."""
        self.arrange([*self.header, *columns])

    def arrange(self, columns: Iterable[str]) -> None:
        """Put these columns first, in this order; the others stay behind them."""
        header = list(dict.fromkeys([*columns, *self.header]))
        if header == self.header:
            return
        rows = {key: self.row(key) for key in self._lines}
        self.header = header
        self._lines = {key: self._line(key, row) for key, row in rows.items()}

    def text(self) -> str:
        """The whole file, without a byte-order mark."""
        lines = [self._lines[key] for key in self]
        return self.dialect.line(self.header) + "".join(lines)

    def _line(self, key: str, cells: Mapping[str, str]) -> str:
        return self.dialect.line([cells.get(column, "") for column in self.header])


def parse(text: str, dialect: Dialect, key: str | None) -> Table:
    """The table that `text` holds; its key column is the first one where none is named."""
    text = text.removeprefix(BOM)
    if not text.endswith(("\n", "\r")):
        raise Unreadable("does not end with a whole line")
    try:
        rows = dialect.rows(io.StringIO(text, newline=""))
        header = next(rows)
        table = Table(dialect, key or next(iter(header), ""), header)
        _fill(table, rows)
    except csv.Error as error:
        raise Unreadable(f"is not CSV ({error})") from None
    return table


def _fill(table: Table, rows: Iterator[list[str]]) -> None:
    header = table.header
    if len(set(header)) < len(header) or not all(header):
        raise Unreadable("has a column twice, or one without a name")
    if table.key not in header:
        raise Unreadable(f"has no column {table.key}")
    for number, row in enumerate(rows, 2):
        if not row:  # a blank line
            continue
        if len(row) != len(header):
            raise Unreadable(f"has {len(row)} cells in row {number}, and {len(header)} columns")
        cells = dict(zip(header, row, strict=True))
        (key,) = table.dialect.values(cells[table.key], several=False) or ("",)
        if not key or key in table:
            raise Unreadable(f"has {'its key twice' if key else 'no key'} in row {number}")
        table.put(key, cells)
    table.changed = False
