"""One published file: what is asked of it meanwhile waits together, and becomes one publication.

The state is the file itself; it is read again when its signature changed. Work is a plain function of the table. A
batch runs in a thread: first the reads, then the writes on the table, then one publication, and only then does
anybody get an answer. Where the publication fails, every write of the batch fails and the table is read anew.
There is no task in the background: the end of one batch starts the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from connectors.csv.cells import Dialect
from connectors.csv.note import Note
from connectors.csv.publish import Place, Signature
from connectors.csv.table import BOM, Table, Unreadable, parse
from connectors.sdk import ConnectorError, TargetDown, TargetMisconfigured

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a work sees: the rows, and the ids of those that have other ids than their keys."""

    table: Table
    note: Note


@dataclass(frozen=True, slots=True)
class Waiting:
    """A work and who waits for it."""

    work: Callable[[Sheet], Any]
    writes: bool
    answer: asyncio.Future[Any]


Outcome = tuple[Waiting, Any, Exception | None]


class Drop:
    """One file. `key` is its key column, as soon as it is known; `columns` are those that come first."""

    def __init__(self, place: Place, dialect: Dialect, key: str | None, columns: Sequence[str], bom: bool) -> None:
        self.key = key
        self._columns = tuple(columns)
        self._asked: tuple[str, ...] = ()
        self._place = place
        self._dialect = dialect
        self._bom = bom
        self._note = Note(place.path)
        self._table: Table | None = None
        self._signature: Signature | None = None
        self._waiting: list[Waiting] = []
        self._home: str | None = None
        self._running: asyncio.Future[list[Outcome]] | None = None

    async def read(self, work: Callable[[Sheet], T]) -> T:
        """What `work` finds in the table."""
        return await self._ask(work, writes=False)

    async def write(self, work: Callable[[Sheet], T]) -> T:
        """What `work` returns, once the changes it made are published."""
        return await self._ask(work, writes=True)

    async def close(self) -> None:
        """Wait for the publication under way."""
        for waiting in self._waiting:
            waiting.answer.cancel()
        self._waiting = []
        if self._running is not None:
            await asyncio.wait([self._running])

    def ask_for(self, columns: Sequence[str]) -> None:
        """Remember what the bridge asks for: the mapped attributes, in the order of the config."""
        self._asked = tuple(dict.fromkeys([*self._asked, *columns]))
        self.key = self.key or next(iter(columns), None)

    async def check(self) -> str:
        """Say which place this is; raise where it cannot be read or written."""
        return await self.read(lambda _: self._check())

    def prepare(self) -> None:
        """Make the folder and learn the key column. Blocks; before all else."""
        self._place.prepare()
        self._note.prepare()
        self._home = self._place.identity()
        self._sheet()

    def _check(self) -> str:
        self._place.check_writable(self._signature.size if self._signature else 0)
        return self._place.identity()

    async def _ask(self, work: Callable[[Sheet], T], *, writes: bool) -> T:
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(work, writes, answer))
        if self._running is None:
            self._start()
        return await answer

    def _start(self) -> None:
        batch, self._waiting = self._waiting, []
        batch = [waiting for waiting in batch if not waiting.answer.done()]
        if batch:
            self._running = asyncio.get_running_loop().run_in_executor(None, self._run, batch)
            self._running.add_done_callback(self._settle)

    def _settle(self, ended: asyncio.Future[list[Outcome]]) -> None:
        self._running = None
        for waiting, found, error in ended.result():
            if waiting.answer.done():  # who asked has given up
                continue
            if error is not None:
                waiting.answer.set_exception(error)
            else:
                waiting.answer.set_result(found)
        self._start()

    def _run(self, batch: list[Waiting]) -> list[Outcome]:
        """In the thread: all of a batch."""
        try:
            sheet = self._sheet()
        except Exception as error:
            return [(waiting, None, _copy(error)) for waiting in batch]
        outcomes = [_try(waiting, sheet) for waiting in batch if not waiting.writes]
        sheet.table.arrange(self._columns)
        sheet.table.widen(self._asked)
        written = [_try(waiting, sheet) for waiting in batch if waiting.writes]
        try:
            self._publish(sheet)
        except Exception as error:
            self._table = self._signature = None
            written = [(waiting, None, own or _copy(error)) for waiting, _, own in written]
        return outcomes + written

    def _publish(self, sheet: Sheet) -> None:
        if not sheet.table.changed:
            return
        first = self._signature is None
        if not first:
            self._note.save()
        text = (BOM if self._bom else "") + sheet.table.text()
        self._signature = self._place.write(text.encode())
        if first:  # a note that says "published" before there is a file would tell of a loss
            self._note.save()
        sheet.table.changed = False
        self._note.tidy(sheet.table)

    def _sheet(self) -> Sheet:
        """The rows as they are now."""
        signature = self._place.signature()
        known = self._table is not None and self._table.key == (self.key or "")
        if self._table is None or not known or signature is None or signature != self._signature:
            self._note.load()
            self._table, self._signature = self._load(signature)
            self._note.tidy(self._table)
        return Sheet(self._table, self._note)

    def _load(self, signature: Signature | None) -> tuple[Table, Signature | None]:
        path = self._place.path
        if signature is None and self._home not in (None, self._place.identity()):
            raise TargetDown(f"{path.parent} is not the folder it was; is its disk mounted?")
        if signature is None and self._note.published:
            remedy = f"put it back, or remove {self._note.path.name} beside it to begin a new one"
            raise TargetMisconfigured(f"{path} was published and is gone; {remedy}")
        if signature is None or (signature.size == 0 and not self._note.published):
            return Table(self._dialect, self.key or "", self._columns), signature
        content, signature = self._place.read()
        try:
            table = parse(content.decode(), self._dialect, self.key)
        except UnicodeDecodeError:
            raise TargetMisconfigured(f"{path} is not UTF-8; put a good copy back") from None
        except Unreadable as unreadable:
            raise TargetMisconfigured(f"{path} {unreadable}; mend it, or put a good copy back") from None
        self.key = table.key
        return table, signature


def _try(waiting: Waiting, sheet: Sheet) -> Outcome:
    try:
        return waiting, waiting.work(sheet), None
    except Exception as error:  # the work's own fault, and the waiting one's to hear of
        return waiting, None, error


def _copy(error: Exception) -> Exception:
    """One for each who hears of it: a traceback grows with every raise."""
    return type(error)(error.message, code=error.code) if isinstance(error, ConnectorError) else error
