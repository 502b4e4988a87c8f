"""A reconciliation of 100,000 entries: how long it takes, and that its memory does not grow with the target.

The target is made of generated entries, so what is measured is ours: the scratch tables, the comparison, the plan.
One entry in a thousand was changed by hand, one in a thousand is foreign. The same run over a tenth of the entries
comes first: the large one's peak may be at most `ALLOWED` MiB above (16 MiB of scratch tables stay in memory).
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from bridge.clock import SystemClock
from bridge.journal.journal import Journal, open_journal
from bridge.journal.tx import Tx
from bridge.mapping.entry_json import encode
from bridge.mapping.rules import Attribute, Rules
from bridge.reconcile.reconciler import Reconciler
from bridge.reconcile.report import Report
from bridge.settings.models import TargetSettings
from bridge.targets import Health, Target
from connectors.sdk import Entry, Page, Query, Ref
from connectors.sdk.memory import MemoryConnector

SIZE = 100_000
ALLOWED = 32
PAGE = 1000
NAMES = ("uid", "cn", "sn", "givenName", "mail", "title")
LINK = """INSERT INTO link (target, resource, kind, state, wish, done, due, entry_id, locator, claim, applied, rules)
VALUES ('corp', ?, 'users', 'in_sync', 1, 1, 0, ?, ?, ?, ?, 'rules')"""

RESOURCE = """INSERT INTO resource (id, tenant, type, version, body, created, modified)
VALUES (?, 'default', 'User', 1, '{}', 0, 0)"""


def attributes(number: int) -> dict[str, tuple[str, ...]]:
    """What the entry of this number was given."""
    uid = f"u{number:07}"
    return {
        "uid": (uid,),
        "cn": (f"Given{number} Surname{number}",),
        "sn": (f"Surname{number}",),
        "givenName": (f"Given{number}",),
        "mail": (f"{uid}@example.com", f"{uid}@example.org"),
        "title": ("Engineer",),
    }


class Generated(MemoryConnector):
    """Entries that are made while they are read."""

    size = 0

    async def search(self, query: Query) -> AsyncIterator[Page]:
        for start in range(0, self.size, PAGE):
            yield Page(tuple(self._entry(n) for n in range(start, min(start + PAGE, self.size))))
        yield Page((), complete=True)

    async def get(self, ref: Ref, attributes: Sequence[str], members: bool = False) -> Entry | None:
        return None

    def _entry(self, number: int) -> Entry:
        held = attributes(number)
        if number % 1000 == 1:
            held["title"] = ("by hand",)
        if number % 1000 == 2:
            held["uid"] = (f"foreign-{number}",)
        return Entry("users", held, Ref("users", f"id-{number}", f"users/{held['uid'][0]}"))


def links(size: int) -> Iterator[tuple[str, str, str, str, str]]:
    """The rows of the links, but for those of foreign entries."""
    for number in range(size):
        if number % 1000 != 2:
            place = f"users/u{number:07}"
            yield f"r{number:07}", f"id-{number}", place, place, encode(Entry("users", attributes(number)))


def measure(rounds: int) -> None:
    """Print seconds and peak memory, a line a round; ends the process where memory grew with the target."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    print(f"\nreconcile: one run over {SIZE:,} entries, {rounds} rounds")
    for number in range(1, rounds + 1):
        with tempfile.TemporaryDirectory() as folder:
            _, low = asyncio.run(one_run(Path(folder), SIZE // 10))
            seconds, high = asyncio.run(one_run(Path(folder), SIZE))
        speed, grown = SIZE / seconds, f"(a tenth: {low:.1f} MiB)"
        print(f"  {number}: {seconds:5.1f} s   {speed:6.0f} entries/s   peak {high:.1f} MiB {grown}", flush=True)
        if high - low > ALLOWED:
            raise SystemExit(f"memory grew by {high - low:.1f} MiB; at most {ALLOWED} are allowed")


async def one_run(folder: Path, size: int) -> tuple[float, float]:
    """One run over `size` entries: its seconds, and the process's peak in MiB while it ran."""
    path = folder / f"journal-{size}.db"
    async with opened(path) as journal:
        await journal.submit(lambda tx: fill(tx, size))
    async with opened(path) as journal:  # anew: the writer's cache is not the run's
        reset_peak()
        began = time.perf_counter()
        report = await reconciler(journal, size).run()
        seconds, highest = time.perf_counter() - began, peak()
    check(report, size)
    return seconds, highest


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Journal]:
    journal = open_journal(path, bytes(32), SystemClock())
    try:
        yield journal
    finally:
        await journal.close()


def fill(tx: Tx, size: int) -> None:
    tx.db.executemany(LINK, links(size))
    tx.db.executemany(RESOURCE, ((f"r{number:07}",) for number in range(size)))


def reconciler(journal: Journal, size: int) -> Reconciler:
    connector = Generated()
    connector.size = size
    rules = Rules("users", "User", tuple(Attribute(name, lambda _: ()) for name in NAMES), "rules")
    target = Target(
        "corp", TargetSettings(name="corp", connector="memory", drift="report"), connector, {"users": rules}
    )
    return Reconciler(journal, target, Health(journal, target, SystemClock()), SystemClock())


def check(report: Report, size: int) -> None:
    counts = report.plan.counts()
    assert (size // 1000, size // 1000) == (counts["different"], counts["foreign"]), (report.reason, counts)


def reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> float:
    """The highest resident memory since `reset_peak`, in MiB."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return round(int(line.split()[1]) / 1024, 1)
