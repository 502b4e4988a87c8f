"""How an entry of one kind stands in a row: its cells, its key, what cannot be written. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.csv.cells import Dialect, Unwritable, text_of
from connectors.csv.settings import Groups, Rows
from connectors.sdk import Change, Entry, Fault, Ref, Refused, Value, Verb

Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """The form of the rows of one kind."""

    kind: str
    rows: Rows
    dialect: Dialect

    @property
    def members(self) -> str:
        """The column of the members' keys; empty where there is none."""
        return self.rows.members if isinstance(self.rows, Groups) else ""

    def cells(self, entry: Entry) -> Cells:
        """The cells of a new row."""
        return {name: self.cell(name, values) for name, values in entry.attributes.items() if values}

    def cell(self, name: str, values: Sequence[Value]) -> str:
        try:
            return self.dialect.cell(values, self._several(name))
        except Unwritable as unwritable:
            raise Refused(f"{name} {unwritable.problem}", attribute=name, fix=unwritable.remedy) from None

    def values(self, name: str, cell: str) -> tuple[str, ...]:
        return self.dialect.values(cell, self._several(name))

    def changed(self, cells: Mapping[str, str], change: Change) -> str:
        """The cell of an attribute after its change."""
        name = change.attribute
        if change.verb is Verb.REPLACE:
            return self.cell(name, change.values)
        given = [text_of(value) for value in change.values]
        kept = [text for text in self.values(name, cells.get(name, "")) if text not in given]
        return self.cell(name, [*kept, *(given if change.verb is Verb.ADD else [])])

    def with_members(self, cells: Mapping[str, str], add: Sequence[str], remove: Sequence[str]) -> Cells:
        """The cells with other members, in the order of their keys."""
        have = set(self._listed(cells))
        wanted = sorted((have - set(remove)) | set(add))
        return {**cells, self.members: self.dialect.cell(wanted, several=True)}

    def entry(self, ref: Ref, cells: Mapping[str, str], attributes: Sequence[str], members: bool) -> Entry:
        """The entry that a row holds."""
        found = {name: self.values(name, cells[name]) for name in attributes if name in cells}
        return Entry(self.kind, found, ref, self._listed(cells) if members else None)

    def key(self, entry: Entry, column: str | None) -> str:
        """The key of the entry's row; `LookupError` where it has none."""
        column = column or next(iter(entry.attributes), "")
        return normalised(entry.attributes[column])[0]

    def faults(self, entry: Entry, column: str | None) -> list[Fault]:
        """What cannot be written."""
        faults = [fault for name, values in entry.attributes.items() if (fault := self._fault(name, values))]
        try:
            self.key(entry, column)
        except LookupError:
            faults.append(Fault(column, "has no value, and it names the row", "map it to a value that is always there"))
        return faults

    def ref(self, key: str, id_: str) -> Ref:
        return Ref(self.kind, id_, self.locator(key))

    def locator(self, key: str) -> str:
        return f"{self.kind}/{key}"

    def _fault(self, name: str, values: Sequence[Value]) -> Fault | None:
        try:
            self.dialect.cell(values, self._several(name))
        except Unwritable as unwritable:
            return Fault(name, unwritable.problem, unwritable.remedy)
        return None

    def _listed(self, cells: Mapping[str, str]) -> tuple[str, ...]:
        return self.dialect.values(cells.get(self.members, ""), several=True)

    def _several(self, name: str) -> bool:
        return name in self.rows.lists


def normalised(values: Sequence[Value]) -> tuple[str, ...]:
    """The values as a cell holds them: text, and an empty text is none."""
    return tuple(text for value in values if (text := _text(value)))


def _text(value: Value) -> str:
    try:
        return text_of(value)
    except Unwritable:
        return str(value)
