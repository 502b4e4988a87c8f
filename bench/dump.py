"""A reconciliation of 100,000 entries in a real slapd, beside `ldapsearch` that only writes them out.

Read are all mapped attributes of every entry; one in a thousand was changed by hand. `whole`: no entry is known by its
mark, all are compared; `again`: the run after that. With each driver that is installed; what is told of memory is how
much this process grows while a run reads (ldap3 has a process of its own beside it), here and with a tenth as many.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import structlog

from bench.reconcile import LINK, NAMES, RESOURCE, attributes, opened, peak, reset_peak
from bridge.clock import SystemClock
from bridge.daemon import memory
from bridge.journal import Journal
from bridge.journal.writer import Tx
from bridge.mapping.entry_json import encode
from bridge.mapping.rules import Attribute, Rules
from bridge.reconcile.reconciler import Reconciler
from bridge.settings.models import TargetSettings
from bridge.targets import Health, Target
from connectors.ldap.connector import LdapConnector
from connectors.ldap.settings import has_libldap
from connectors.sdk import Entry, Query, Ref
from demo.slapd import BASE, PASSWORD, SERVICE, Slapd
from tests.contract.ldap import connector_to
from tests.slapd import Tree

SIZE = 100_000
BAR = 2.0
PEOPLE = f"ou=people,{BASE}"


def measure(rounds: int) -> None:
    """Print seconds of each way and the growth of memory, a line a round, and the medians."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    drivers = [*(["libldap"] if has_libldap() else []), "ldap3"]
    print(f"\ndump: {SIZE:,} entries of slapd compared, {rounds} rounds; drivers: {', '.join(drivers)}")
    for size, times in ((SIZE // 10, 1), (SIZE, rounds)):
        with tempfile.TemporaryDirectory() as folder:
            slapd = _filled(Path(folder), size)
            try:
                asyncio.run(_rounds(slapd, Path(folder), drivers, size, times))
            finally:
                slapd.stop()


async def _rounds(slapd: Slapd, folder: Path, drivers: list[str], size: int, rounds: int) -> None:
    async with opened(folder / "journal.db") as journal:
        await _link(journal, _connector(slapd, drivers[0]), size)
    shares = defaultdict[str, list[float]](list)
    for number in range(1, rounds + 1):
        bare = await asyncio.to_thread(_ldapsearch, slapd, folder / "dumped.ldif", size)
        told = [f"ldapsearch {bare:4.1f} s"]
        for driver in drivers:
            await _forget(folder)
            for how in ("whole", "again"):
                seconds, grown = await _run(slapd, folder, driver, size)
                shares[f"{driver} {how}"].append(seconds / bare)
                told.append(f"{driver} {how} {seconds:4.1f} s (+{grown:.0f} MiB)")
        print(f"  {size:,} {number}: {'   '.join(told)}", flush=True)
    of = ", ".join(f"{way} {statistics.median(share):.2f}" for way, share in shares.items())
    print(f"  median of ldapsearch: {of} (bar {BAR} with libldap)")


async def _forget(folder: Path) -> None:
    """No entry is known by its mark."""
    async with opened(folder / "journal.db") as journal:
        await journal.submit(lambda tx: tx.db.execute("UPDATE link SET mark = NULL") and None)


def _filled(folder: Path, size: int) -> Slapd:
    slapd = Slapd(folder / "slapd").prepare()
    ldif = folder / "people.ldif"
    with ldif.open("w") as out:
        for number in range(size):
            held = attributes(number)
            values = "".join(f"{name}: {value}\n" for name, values in held.items() for value in values)
            out.write(f"dn: uid={held['uid'][0]},{PEOPLE}\nobjectClass: inetOrgPerson\n{values}\n")
    slapd.load(ldif)
    return slapd.start()


def _connector(slapd: Slapd, driver: str) -> LdapConnector:
    return connector_to(Tree(slapd, BASE, None), driver=driver)


async def _link(journal: Journal, connector: LdapConnector, size: int) -> None:
    """As if each entry had been made by us."""
    await connector.probe()
    found = [page.entries async for page in connector.search(Query("users", ("uid",)))]
    await connector.close()
    refs = [entry.ref for entries in found for entry in entries if entry.ref is not None]

    def fill(tx: Tx) -> None:
        tx.db.executemany(LINK, _links(refs))
        tx.db.executemany(RESOURCE, ((f"r{number:07}",) for number in range(size)))

    await journal.submit(fill)


def _links(refs: list[Ref]) -> Iterator[tuple[str, str, str, str, str]]:
    for ref in refs:
        number = int(ref.locator.partition(",")[0].removeprefix("uid=u"))
        held = attributes(number)
        if number % 1000 == 1:
            held["title"] = ("before it was changed by hand",)
        yield f"r{number:07}", ref.id, ref.locator, ref.locator, encode(Entry("users", held))


async def _run(slapd: Slapd, folder: Path, driver: str, size: int) -> tuple[float, float]:
    """Seconds, and the MiB by which the process grew meanwhile."""
    rules = Rules("users", "User", tuple(Attribute(name, lambda _: ()) for name in NAMES), "rules")
    settings = TargetSettings(name="corp", connector="ldap", drift="report")
    connector = _connector(slapd, driver)
    async with opened(folder / "journal.db") as journal:
        target = Target("corp", settings, connector, {"users": rules})
        reconciler = Reconciler(journal, target, Health(journal, target, SystemClock()), SystemClock())
        memory.forget_seldom()  # as the daemon does
        reset_peak()
        before, began = peak(), time.perf_counter()
        report = await reconciler.run()
        seconds, grown = time.perf_counter() - began, peak() - before
    await connector.close()
    assert report.plan.counts()["different"] == size // 1000, (report.reason, report.plan.counts())
    return seconds, grown


def _ldapsearch(slapd: Slapd, to: Path, size: int) -> float:
    command = ["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-E", "pr=200/noprompt", "-H", slapd.url]
    command += ["-D", SERVICE, "-w", PASSWORD, "-b", PEOPLE, "(objectClass=inetOrgPerson)", *NAMES, "entryUUID"]
    with to.open("wb") as out:
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=out)
        seconds = time.perf_counter() - began
    assert to.read_bytes().count(b"\nentryUUID: ") == size
    return seconds
