"""The power fails: what the daemon really wrote is played again, and what was not synced is lost, all of it or in part.

A disk may write what it was not told to sync in any order, and in pieces of a sector. So a cut makes of the recorded
calls the files that a dead machine would have: everything up to the last sync of a file, and of what came after each
sector with some chance. Whoever was told before the cut that a change was accepted must find it in the journal then.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bridge.clock import SystemClock
from bridge.journal import open_journal
from tests.daemon import JOURNAL_KEY, Daemon
from tests.faults.load import Load
from tests.faults.sound import flaws
from tests.faults.trace import SYNCS, Call, calls, tracer

CLIENTS = 8
PAGE = 4096
"""Bytes that SQLite writes at once, at most."""
SECTOR = 512
CHANCES = (0.0, 0.0, 0.2, 0.5, 0.8, 1.0)
"""Of a sector that was not synced. None at all is drawn twice as often: most is lost then."""
FILES = ("journal.db", "journal.db-wal")
_RESOURCE = re.compile(rb"^location: \S+/(\S+)\r$", re.IGNORECASE | re.MULTILINE)
_VERSION = re.compile(rb'^etag: W/"(\d+)"\r$', re.IGNORECASE | re.MULTILINE)


@dataclass(slots=True)
class Machine:
    """The disk of a machine at one moment, and what its clients were told until then: resource → version."""

    surely: dict[str, bytearray]
    loose: dict[str, list[Call]] = field(default_factory=lambda: {name: [] for name in FILES})
    told: dict[str, int] = field(default_factory=dict)

    def see(self, call: Call) -> None:
        """One more call happened."""
        name = call.path.rpartition("/")[2]
        if call.acknowledges:
            self._hear(call.data)
        elif name not in FILES:
            return
        elif call.name in SYNCS:
            for each in self.loose[name]:
                _write(self.surely[name], each, lambda: True)
            self.loose[name].clear()
        else:
            self.loose[name].append(call)

    def cut(self, dice: random.Random, folder: Path) -> None:
        """Put into the folder what is found when the power is back."""
        chance = dice.choice(CHANCES)
        for name in FILES:
            content = bytearray(self.surely[name])
            for call in self.loose[name]:
                _write(content, call, lambda: dice.random() < chance)
            (folder / name).write_bytes(content)

    def _hear(self, answer: bytes) -> None:
        resource, version = _RESOURCE.search(answer), _VERSION.search(answer)
        if resource is not None and version is not None:
            id_ = resource[1].decode()
            self.told[id_] = max(int(version[1]), self.told.get(id_, 0))


def _write(content: bytearray, call: Call, arrives: Callable[[], bool]) -> None:
    """Write or truncate, in sectors of which each arrives or not."""
    if call.name == "ftruncate":
        (size,) = call.numbers
        if arrives():
            content[size:] = bytes(max(0, size - len(content)))
        return
    length, start = call.numbers
    assert len(call.data) == length, "the trace is cut short"
    at = 0
    while at < length:
        end = min(length, (start + at) // SECTOR * SECTOR + SECTOR - start)
        if arrives():
            content.extend(bytes(max(0, start + at - len(content))))
            content[start + at : start + end] = call.data[at:end]
        at = end


@dataclass(frozen=True, slots=True)
class Record:
    """What a daemon did under load: its files as they were at first, and its calls as they took effect."""

    files: dict[str, bytes]
    calls: list[Call]

    def cuts(self, count: int, dice: random.Random) -> Iterator[Machine]:
        """So many moments of its machine, drawn from the calls; each is to be used before the next."""
        moments = sorted(dice.choices(range(len(self.calls)), k=count))
        machine = Machine({name: bytearray(self.files.get(name, b"")) for name in FILES})
        for number, call in enumerate(self.calls):
            machine.see(call)
            while moments and moments[0] == number:
                moments.pop(0)
                yield machine


def record(folder: Path, requests: int, seed: int, **altered: object) -> Record:
    """Load a daemon with so many requests under strace, and kill it."""
    daemon, trace = Daemon(folder), folder / "trace"
    daemon.configure("")
    daemon.start()
    assert daemon.stop() == 0
    files = {name: (folder / name).read_bytes() for name in FILES if (folder / name).exists()}
    daemon.under = tracer(trace, data=PAGE)
    daemon.module = ("tests.faults.altered", json.dumps({"checkpoint": 200, **altered}))
    try:
        daemon.start()
        asyncio.run(_load(daemon, requests, seed))
    finally:
        daemon.close()
    return Record(files, sorted(calls(trace), key=lambda call: call.ended if call.name in SYNCS else call.began))


async def _load(daemon: Daemon, requests: int, seed: int) -> None:
    load = Load(CLIENTS, seed)
    async with asyncio.TaskGroup() as group:
        group.create_task(load.run(daemon))
        await load.until_acknowledged(requests)
        await asyncio.to_thread(daemon.kill)


def lost(machine: Machine, dice: random.Random, folder: Path) -> list[str]:
    """Cut its power, start on what is left, and say what is wrong then."""
    machine.cut(dice, folder)
    path = folder / "journal.db"
    open_journal(path, bytes.fromhex(JOURNAL_KEY), SystemClock()).close_now()
    with closing(sqlite3.connect(path)) as db:
        kept = dict(db.execute("SELECT id, version FROM resource"))
    wrong = [
        f"{resource}: version {version} was acknowledged, {kept.get(resource, 'none')} is there"
        for resource, version in machine.told.items()
        if kept.get(resource, 0) < version
    ]
    return wrong + list(flaws(path))
