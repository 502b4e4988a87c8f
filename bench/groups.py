"""One member more, or one less, of a group of 100 to 100,000 in a real slapd (fsync on): milliseconds, and bytes.

What is measured is the connector, with each driver that is installed; beside it, in the same round and on the same
group, `ldapmodify -f` of as many changes by the same account. slapd is configured for large groups (`sortvals`, and
mdb's `multival`); even so it reads all values of a group for each change of one, whoever makes it.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from connectors.ldap.connector import LdapConnector
from connectors.ldap.settings import has_libldap
from connectors.sdk import Entry, Ref
from demo.slapd import BASE, PASSWORD, SERVICE, Slapd
from tests.contract.ldap import connector_to
from tests.proxy import Proxy
from tests.slapd import Tree

SIZES = (100, 1_000, 10_000, 100_000)
CHANGES = 100
BAR = 1.5


def measure(rounds: int) -> None:
    """Print a line a size, and what a change of the largest group costs of what ldapmodify needs for it."""
    drivers = ["ldap3", *(["libldap"] if has_libldap() else [])]
    print(f"\ngroups: {CHANGES} changes of one member, {rounds} interleaved rounds; drivers: {', '.join(drivers)}")
    with tempfile.TemporaryDirectory() as folder:
        slapd = Slapd(Path(folder) / "slapd", sync=True, multival=True).prepare().start()
        try:
            asyncio.run(_all_sizes(slapd, Path(folder), drivers, rounds))
        finally:
            slapd.stop()


async def _all_sizes(slapd: Slapd, folder: Path, drivers: list[str], rounds: int) -> None:
    medians: dict[int, dict[str, float]] = {}
    for size in SIZES:
        group = await _filled(slapd, size)
        taken = defaultdict[str, list[float]](list)
        for _ in range(rounds):
            taken["ldapmodify"].append(await asyncio.to_thread(_ldapmodify, slapd, folder, group))
            for driver in drivers:
                taken[driver] += await _ours(slapd, driver, group)
        medians[size] = {way: statistics.median(times) for way, times in taken.items()}
        told = "   ".join(f"{way} {milliseconds:5.2f} ms" for way, milliseconds in medians[size].items())
        carried = max([await _bytes(slapd, driver, group) for driver in drivers])
        print(f"  {size:>7,} members: {told}   {carried:,} bytes a change", flush=True)
    large = medians[SIZES[-1]]
    for driver in drivers:
        print(
            f"  {driver}: at {SIZES[-1]:,} members {large[driver] / large['ldapmodify']:.2f} of ldapmodify (bar {BAR})"
        )


def _connector(slapd: Slapd, driver: str, url: str = "") -> LdapConnector:
    return connector_to(Tree(slapd, BASE, None), driver=driver, url=url or slapd.url)


def _member(number: int) -> str:
    return f"uid=member{number:06},ou=people,{BASE}"


async def _filled(slapd: Slapd, size: int) -> Ref:
    """A group with so many members."""
    connector = _connector(slapd, "ldap3")
    await connector.probe()
    group = await connector.create(Entry("groups", {"cn": (f"group{size}",)}))
    await connector.update_members(group, [_member(number) for number in range(size)], [])
    await connector.close()
    return group


async def _ours(slapd: Slapd, driver: str, group: Ref) -> list[float]:
    """Milliseconds of each change, one after the other."""
    connector = _connector(slapd, driver)
    await connector.probe()
    taken = []
    for number in range(CHANGES):
        add, remove = ([_member(-1)], []) if number % 2 == 0 else ([], [_member(-1)])
        began = time.perf_counter()
        await connector.update_members(group, add, remove)
        taken.append(1000 * (time.perf_counter() - began))
    await connector.close()
    return taken


def _ldapmodify(slapd: Slapd, folder: Path, group: Ref) -> float:
    """Milliseconds a change."""
    ldif = folder / "changes.ldif"
    verbs = ("add", "delete")
    ldif.write_text(
        "".join(
            f"dn: {group.locator}\nchangetype: modify\n{verbs[n % 2]}: member\nmember: {_member(-2)}\n-\n\n"
            for n in range(CHANGES)
        )
    )
    command = ["ldapmodify", "-x", "-H", slapd.url, "-D", SERVICE, "-w", PASSWORD, "-f", str(ldif)]
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return 1000 * (time.perf_counter() - began) / CHANGES


async def _bytes(slapd: Slapd, driver: str, group: Ref) -> int:
    """What one change carries, both ways, on a connection that is open already."""
    async with Proxy(slapd.port) as proxy:
        connector = _connector(slapd, driver, proxy.url)
        await connector.probe()
        carried = []
        for add, remove in (([_member(-1)], []), ([], [_member(-1)])):
            before = proxy.carried
            await connector.update_members(group, add, remove)
            carried.append(proxy.carried - before)
        await connector.close()
    return max(carried)
