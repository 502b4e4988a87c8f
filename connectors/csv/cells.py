"""Values as cells and cells as a line, and back, without loss (RFC 4180). Pure.

value   true, 5, text, a reference's key                → text
list    "a|b", "c"  → a\\|b|c                            the separator inside a value is escaped by a backslash
formula =1+1        → '=1+1                             and '=1+1 → ''=1+1, so that reading finds what was written
cell    a "b", c    → "a ""b"", c"                      quoted where it must be, and where spaces would get lost
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from connectors.csv.settings import Formulas
from connectors.sdk import Ref, Value

LONGEST = 2**31 - 1
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_PART = re.compile(r"\\(.)", re.DOTALL)


class Unwritable(ValueError):
    """A value has no form in a cell: the problem and the remedy, without the value."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are parted, and what becomes of formulas."""

    delimiter: str = ","
    separator: str = "|"
    formulas: Formulas = Formulas.ESCAPE
    line_end: str = "\n"

    def cell(self, values: Sequence[Value], several: bool) -> str:
        """The values as the content of one cell; empty where there are none."""
        texts = [text for value in values if (text := text_of(value))]
        if not several and len(texts) > 1:
            raise Unwritable("has several values, and its column holds one", "name the column in `lists`")
        content = self.separator.join(self._escape(text) for text in texts) if several else "".join(texts)
        if self.formulas is not Formulas.RAW and _FORMULA.match(content):
            return self._formula(content)
        return content

    def values(self, cell: str, several: bool) -> tuple[str, ...]:
        """The values that `cell` holds."""
        if self.formulas is Formulas.ESCAPE and cell.startswith("'") and _FORMULA.match(cell):
            cell = cell[1:]
        if not cell:
            return ()
        return tuple(self._split(cell)) if several else (cell,)

    def line(self, cells: Iterable[str]) -> str:
        """One line of the file, with its end."""
        return self.delimiter.join(self._quoted(cell) for cell in cells) + self.line_end

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The cells of each row; raises `csv.Error` where the quoting is broken."""
        csv.field_size_limit(LONGEST)
        return csv.reader(lines, delimiter=self.delimiter, strict=True)

    def _formula(self, content: str) -> str:
        if self.formulas is Formulas.REFUSE and not content.startswith("'"):
            raise Unwritable(
                "begins like a formula of a spreadsheet", 'correct the value, or write formulas = "escape"'
            )
        return "'" + content if self.formulas is Formulas.ESCAPE else content

    def _escape(self, text: str) -> str:
        return text.replace("\\", "\\\\").replace(self.separator, "\\" + self.separator)

    def _split(self, cell: str) -> list[str]:
        if "\\" not in cell:
            return [part for part in cell.split(self.separator) if part]
        separator = re.escape(self.separator)
        parts = re.findall(rf"(?:\\.|[^\\{separator}])+", cell, re.DOTALL)
        return [_PART.sub(r"\1", part) for part in parts]

    def _quoted(self, cell: str) -> str:
        if cell == cell.strip() and not any(mark in cell for mark in (self.delimiter, '"', "\n", "\r")):
            return cell
        doubled = cell.replace('"', '""')
        return f'"{doubled}"'


def text_of(value: Value) -> str:
    """A value as text: truth as `true` and `false`, a reference as the key of its row."""
    match value:
        case str():
            return _encodable(value)
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case Ref():
            return key_of(value)
        case _:
            raise Unwritable(f"is {type(value).__name__}, which a cell cannot hold", "map it to text")


def key_of(ref: Ref) -> str:
    """The key of the row that a reference points at: its locator says which."""
    return ref.locator.removeprefix(f"{ref.kind}/")


def _encodable(text: str) -> str:
    if "\0" in text:
        raise Unwritable("holds the character NUL", "correct the value at its source")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unwritable("holds half a character (a lone surrogate)", "correct the value at its source") from None
    return text
