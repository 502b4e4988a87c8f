"""An hour of changes while others read slowly: the journal's log stays below 64 MiB, and nobody is refused.

They read in every way that is offered, one after the other: long searches, reconciliation, `journal verify`, a backup,
and a person's `sqlite3 -readonly` that takes more than a second for its look.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

from tests.daemon import Daemon
from tests.faults.away import Steady, Times, make
from tests.soak import rounds

USERS, RATE, MINUTES = 20_000, 100, 60
MOST = 64 * 2**20
"""Bytes of the log."""
LOOK = 0.1
"""Seconds between two looks at its size."""
TARGET = """
[targets.people]
connector = "csv"
path = "drops/users.csv"
[targets.people.users.attributes]
login = "userName"
title = "title"
"""


def one(seed: int) -> rounds.Figures:
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        daemon = Daemon(Path(folder))
        daemon.configure(TARGET)
        daemon.start()
        try:
            return _hour(daemon, seed)
        finally:
            daemon.close()


def _hour(daemon: Daemon, seed: int) -> rounds.Figures:
    ids = asyncio.run(make(daemon, USERS))
    daemon.until(daemon.settled, seconds=600)
    log, sizes, rounds_read = daemon.folder / "journal.db-wal", [0], itertools.count()

    def look() -> None:
        sizes[0] = max(sizes[0], log.stat().st_size)
        time.sleep(LOOK)

    def read() -> None:
        _read(daemon)
        next(rounds_read)

    steady = Steady(daemon, ids, RATE, random.Random(seed), itertools.count(), ("people",))
    with _again_and_again(look), _again_and_again(read) as failed:
        for _ in range(MINUTES):
            if failed:
                break
            asyncio.run(steady.go(60))
    return _judged(daemon, steady.times, sizes[0], next(rounds_read))


def _judged(daemon: Daemon, times: Times, largest: int, reads: int) -> rounds.Figures:
    figures = {
        "changes": len(times.answers),
        "refused": times.refused,
        "reads": reads,
        "most_mebibytes_of_log": round(largest / 2**20, 1),
        "p99_ms": round(times.p99 * 1000, 1),
    }
    bad = [str(line) for line in daemon.lines if line.get("level") in ("error", "critical")]
    daemon.until(daemon.settled, seconds=600)
    if bad or times.refused or largest > MOST or daemon.stop() != 0:
        raise rounds.Failed([*bad, str(figures)])
    return figures


def _read(daemon: Daemon) -> None:
    """In every way, one after the other."""
    copy = daemon.folder / "copy.db"
    assert daemon.send("GET", "/Users?filter=title%20co%20%22t1%22&sortBy=title&count=1000")[0] == 200
    daemon.command("reconcile", "people", codes=(0, 2))
    daemon.command("journal", "verify")
    daemon.command("journal", "backup", str(copy))
    copy.unlink()
    _look_slowly(daemon.folder / "journal.db")


def _look_slowly(journal: Path) -> None:
    """A person's look into the file, a row every millisecond."""
    with closing(sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True)) as db:
        for _ in db.execute("SELECT id FROM resource LIMIT 1000"):
            time.sleep(0.001)


@contextmanager
def _again_and_again(work: Callable[[], None]) -> Iterator[list[BaseException]]:
    """In a thread, until the block ends; what it raises is told at once, and raised there."""
    over, failed = Event(), list[BaseException]()

    def go() -> None:
        try:
            while not over.is_set():
                work()
        except BaseException as error:
            failed.append(error)

    thread = Thread(target=go)
    thread.start()
    try:
        yield failed
    finally:
        over.set()
        thread.join()
    if failed:
        raise failed[0]


def main(arguments: list[str]) -> int:
    return rounds.main(rounds.Part("wal", 1, one), arguments)
