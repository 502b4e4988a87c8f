"""End-to-end creates into a real slapd (fsync on): first POST until the last delivery is settled in the journal.

With each driver that is installed; beside it, in the same run and on the same kind of slapd: `ldapadd -f` of the same
entries, and bare ldap3 in one process with as many connections as the connector uses.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import ldap3

from bench.edge import create, load
from connectors.ldap.settings import has_libldap
from demo.slapd import ADMIN, BASE, PASSWORD, SERVICE, Slapd
from tests.daemon import Daemon

ENTRIES = 2000
CONNECTIONS = 12
TARGET = """
[targets.corp]
connector = "ldap"
url = "{url}"
bind_dn = "{bind_dn}"
bind_password = "file:credentials/corp-bind"
driver = "{driver}"
[targets.corp.users]
base = "ou=people,{base}"
rdn = "uid"
object_classes = ["inetOrgPerson"]
[targets.corp.users.attributes]
uid = "userName"
cn = "displayName"
sn = "name.familyName"
givenName = "name.givenName"
title = "title"
mail = 'emails[type eq "work"].value'
"""


def measure(rounds: int) -> None:
    """Print entries/s of each way, and our share of what stands beside it, a line a round and the medians."""
    drivers = ["ldap3", *(["libldap"] if has_libldap() else [])]
    print(
        f"\nldap: {ENTRIES} creates into slapd with fsync, {rounds} interleaved rounds; drivers: {', '.join(drivers)}"
    )
    shares = defaultdict[str, list[float]](list)
    for number in range(1, rounds + 1):
        add, bare = _on_a_fresh_slapd(_ldapadd), _on_a_fresh_slapd(_bare_ldap3)
        told = [f"ldapadd {add:5.0f}/s", f"ldap3 alone {bare:5.0f}/s"]
        for driver in drivers:
            ours = _on_a_fresh_slapd(partial(_end_to_end, driver=driver))
            shares[f"{driver} of ldapadd"].append(ours / add)
            shares[f"{driver} of ldap3 alone"].append(ours / bare)
            told.append(f"scim-bridge with {driver} {ours:5.0f}/s")
        print(f"  {number}: {'   '.join(told)}", flush=True)
    print("  median: " + ", ".join(f"{name} {statistics.median(of):.2f}" for name, of in shares.items()))


def _on_a_fresh_slapd(way: Callable[[Slapd, Path], float]) -> float:
    """Entries per second."""
    with tempfile.TemporaryDirectory() as folder:
        slapd = Slapd(Path(folder) / "slapd", sync=True).prepare().start()
        try:
            return ENTRIES / way(slapd, Path(folder))
        finally:
            slapd.stop()


def _entry(number: int) -> dict[str, str]:
    login = f"u{number}"
    return {
        "uid": login,
        "cn": "Barbara Jensen",
        "sn": "Jensen",
        "givenName": "Barbara",
        "title": "Engineer",
        "mail": f"{login}@example.com",
    }


def _ldapadd(slapd: Slapd, folder: Path) -> float:
    ldif = folder / "people.ldif"
    with ldif.open("w") as out:
        for number in range(ENTRIES):
            values = "".join(f"{name}: {value}\n" for name, value in _entry(number).items())
            out.write(f"dn: uid=u{number},ou=people,{BASE}\nobjectClass: inetOrgPerson\n{values}\n")
    command = ["ldapadd", "-x", "-H", slapd.url, "-D", ADMIN, "-w", PASSWORD, "-f", str(ldif)]
    began = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - began


def _bare_ldap3(slapd: Slapd, _folder: Path) -> float:
    """In a process of its own: what one interpreter can do with nothing else to do."""
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from bench.ldap import bare; print(bare(sys.argv[1]))", slapd.url],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def bare(url: str) -> float:
    """Add all entries over several connections; the seconds it took."""
    server = ldap3.Server(url, get_info=ldap3.NONE)

    def add(numbers: range) -> None:
        line = ldap3.Connection(server, ADMIN, PASSWORD, client_strategy=ldap3.SAFE_SYNC, auto_bind=True)
        for number in numbers:
            done, result, *_ = line.add(f"uid=u{number},ou=people,{BASE}", ["inetOrgPerson"], _entry(number))
            assert done, result
        line.unbind()

    shares = [range(start, ENTRIES, CONNECTIONS) for start in range(CONNECTIONS)]
    began = time.monotonic()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(add, shares))
    return time.monotonic() - began


def _end_to_end(slapd: Slapd, folder: Path, driver: str) -> float:
    daemon = Daemon(folder)
    target = TARGET.format(url=slapd.url, base=BASE, bind_dn=SERVICE, driver=driver)
    daemon.configure(target, **{"corp-bind": PASSWORD})
    daemon.start()
    try:
        daemon.wait_for("target.came_up", target="corp")  # what stands beside us is bound before its time begins, too
        line = ldap3.Connection(ldap3.Server(slapd.url, get_info=ldap3.NONE), ADMIN, PASSWORD, auto_bind=True)
        loaded = load(
            daemon.port,
            {"Authorization": f"Bearer {daemon.token}"},
            [create(f"u{number}") for number in range(ENTRIES)],
        )
        daemon.until(_all_applied(daemon), seconds=300)
        took = time.monotonic() - loaded["began"]
        assert _count(line) == ENTRIES
        return float(took)
    finally:
        daemon.stop()


def _all_applied(daemon: Daemon) -> Callable[[], bool]:
    """Whether the daemon logged as many deliveries as there are entries; asking the directory would slow it down."""
    seen, applied = 0, 0

    def condition() -> bool:
        nonlocal seen, applied
        new = daemon.lines[seen:]
        seen += len(new)
        applied += sum(line.get("event") == "delivery.applied" for line in new)
        return applied == ENTRIES

    return condition


def _count(line: ldap3.Connection) -> int:
    found = line.extend.standard.paged_search(
        f"ou=people,{BASE}", "(objectClass=inetOrgPerson)", attributes=["1.1"], paged_size=500, generator=False
    )
    return len(found)
