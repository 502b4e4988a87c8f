"""The connector of CSV files: rows found, made, changed and removed, by the promises of the SDK.

The place of an entry is the key of its row. Its id is the key that it was made with, and stays when it is renamed
(`note.py`). When and how a file is published is in `drop.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from connectors.csv.cells import Dialect, key_of
from connectors.csv.drop import Drop, Sheet
from connectors.csv.form import Cells, Form, normalised
from connectors.csv.publish import Place
from connectors.csv.settings import CsvSettings, LineEnds, Rows
from connectors.sdk import (
    Capability,
    Conflict,
    ConnectorError,
    Context,
    Delta,
    Entry,
    Fault,
    Gone,
    Key,
    Page,
    Probe,
    Query,
    Ref,
    Refused,
    Value,
)

CONCURRENCY = 512
"""Many at once cost one publication."""
PAGE = 1000


@dataclass(frozen=True, slots=True)
class File:
    """One kind: the form of its rows, and the file they are in."""

    form: Form
    drop: Drop

    def ref(self, sheet: Sheet, key: str) -> Ref:
        return self.form.ref(key, sheet.note.id_of(key))

    def entry(self, sheet: Sheet, key: str, attributes: Sequence[str], members: bool) -> Entry:
        return self.form.entry(self.ref(sheet, key), sheet.table.row(key), attributes, members)


class CsvConnector:
    """One target: a file of each kind that it takes."""

    concurrency = CONCURRENCY

    def __init__(self, settings: CsvSettings, context: Context) -> None:
        line_end = "\r\n" if settings.line_ends is LineEnds.CRLF else "\n"
        self._dialect = Dialect(settings.delimiter, settings.separator, settings.formulas, line_end)
        self._settings = settings
        self._files: dict[str, File] = {}
        if settings.users is not None and settings.path is not None:
            self._files["users"] = self._file("users", settings.users, context.directory / settings.path)
        for kind, file in settings.files.items():
            self._files[kind] = self._file(kind, file, context.directory / file.path)

    async def open(self) -> None:
        """A folder that cannot be used now is found by `probe`."""
        for file in self._files.values():
            with suppress(ConnectorError):
                await asyncio.to_thread(file.drop.prepare)

    async def probe(self) -> Probe:
        places = [await file.drop.check() for file in self._files.values()]
        members = {Capability.MEMBERS} if "groups" in self._files else set()
        return Probe("CSV", frozenset(members), identity=" ".join(places))

    async def get(self, ref: Ref, attributes: Sequence[str], members: bool = False) -> Entry | None:
        file = self._asked(ref.kind, attributes)

        def work(sheet: Sheet) -> Entry | None:
            key = _find(sheet, ref)
            return None if key is None else file.entry(sheet, key, attributes, members)

        return await file.drop.read(work)

    async def search(self, query: Query) -> AsyncIterator[Page]:
        """One read of one file: all rows are of the same moment."""
        file = self._asked(query.kind, query.attributes)

        def work(sheet: Sheet) -> list[Entry]:
            return [file.entry(sheet, key, query.attributes, query.members) for key in sheet.table]

        entries = await file.drop.read(work)
        for start in range(0, len(entries), PAGE):
            yield Page(tuple(entries[start : start + PAGE]))
        yield Page((), complete=True)

    async def find(self, key: Key) -> list[Ref]:
        file = self._files[key.kind]
        wanted = set(normalised([key.value]))

        def work(sheet: Sheet) -> list[Ref]:
            cells = ((row, sheet.table.row(row).get(key.attribute, "")) for row in sheet.table)
            found = [row for row, cell in cells if wanted & set(file.form.values(key.attribute, cell))]
            return [file.ref(sheet, row) for row in found]

        return await file.drop.read(work)

    def locate(self, entry: Entry) -> str:
        file = self._files[entry.kind]
        return file.form.locator(file.form.key(entry, file.drop.key))

    def normalise(self, kind: str, attribute: str, values: Sequence[Value]) -> frozenset[Value]:
        return frozenset(normalised(values))

    def check(self, entry: Entry) -> list[Fault]:
        file = self._files[entry.kind]
        return file.form.faults(entry, file.drop.key)

    async def create(self, entry: Entry) -> Ref:
        file = self._asked(entry.kind, tuple(entry.attributes))
        key, cells = self._key(entry), file.form.cells(entry)

        def work(sheet: Sheet) -> Ref:
            if key in sheet.table:
                raise Conflict("there is a row of this key already", code="exists")
            sheet.note.make(key, sheet.table)
            sheet.table.put(key, cells)
            return file.ref(sheet, key)

        return await file.drop.write(work)

    async def update(self, ref: Ref, delta: Delta) -> Ref:
        file = self._files[ref.kind]
        name = self._key(delta.entry) if delta.relocate else None

        def work(sheet: Sheet) -> Ref:
            key = _present(sheet, ref)
            cells = sheet.table.row(key)
            for change in delta.changes:
                if change.attribute != sheet.table.key:
                    cells[change.attribute] = file.form.changed(cells, change)
            if name is None or name == key:
                sheet.table.put(key, cells)
                return file.ref(sheet, key)
            _rename(sheet, key, name, {**cells, sheet.table.key: file.form.cell(sheet.table.key, [name])})
            return file.ref(sheet, name)

        return await file.drop.write(work)

    async def delete(self, ref: Ref) -> None:
        def work(sheet: Sheet) -> None:
            if (key := _find(sheet, ref)) is not None:
                sheet.note.retire(key)
                sheet.table.remove(key)

        await self._files[ref.kind].drop.write(work)

    def member_value(self, member: Ref) -> str:
        return key_of(member)

    async def update_members(self, ref: Ref, add: Sequence[str], remove: Sequence[str]) -> None:
        file = self._files[ref.kind]

        def work(sheet: Sheet) -> None:
            key = _present(sheet, ref)
            sheet.table.put(key, file.form.with_members(sheet.table.row(key), add, remove))

        await file.drop.write(work)

    async def close(self) -> None:
        for file in self._files.values():
            await file.drop.close()

    def _file(self, kind: str, rows: Rows, path: Path) -> File:
        place = Place(path, self._settings.mode)
        form = Form(kind, rows, self._dialect)
        return File(form, Drop(place, self._dialect, rows.named_key, rows.columns, self._settings.bom))

    def _asked(self, kind: str, attributes: Sequence[str]) -> File:
        """The file of a kind, which learns the mapped attributes: they are asked for in the order of the config."""
        file = self._files[kind]
        if attributes:
            file.drop.ask_for([*attributes, *([file.form.members] if file.form.members else [])])
        return file

    def _key(self, entry: Entry) -> str:
        """The key of an entry that can be written."""
        file = self._files[entry.kind]
        for fault in self.check(entry):
            raise Refused(f"{fault.attribute} {fault.problem}", attribute=fault.attribute, fix=fault.remedy)
        return file.form.key(entry, file.drop.key)


def _find(sheet: Sheet, ref: Ref) -> str | None:
    """The key of the row, by its id, or by its locator where there is no id."""
    if ref.id:
        return sheet.note.key_of(ref.id, sheet.table)
    key = key_of(ref)
    return key if key in sheet.table else None


def _present(sheet: Sheet, ref: Ref) -> str:
    key = _find(sheet, ref)
    if key is None:
        raise Gone("there is no such row", code="absent")
    return key


def _rename(sheet: Sheet, key: str, name: str, cells: Cells) -> None:
    if name in sheet.table:
        raise Conflict("there is a row of the new key already", code="exists")
    sheet.table.remove(key)
    sheet.table.put(name, cells)
    sheet.note.rename(key, name)
