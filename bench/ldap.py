"""End-to-end creates into a real slapd (fsync on): first POST until the last delivery is settled in the journal.

Beside it, in the same run and on the same kind of slapd: `ldapadd -f` of the same entries, and bare ldap3 in one
process with as many connections as the connector uses.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ldap3

from bench.edge import create, load
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
    """Print entries/s of the three, and our share of the others, a line a round and the medians."""
    print(f"\nldap: {ENTRIES} creates into slapd with fsync, {rounds} interleaved rounds")
    of_add, of_ldap3 = [], []
    for number in range(1, rounds + 1):
        add, bare, ours = (_on_a_fresh_slapd(way) for way in (_ldapadd, _bare_ldap3, _end_to_end))
        of_add.append(ours / add)
        of_ldap3.append(ours / bare)
        print(
            f"  {number}: ldapadd {add:5.0f}/s   ldap3 alone {bare:5.0f}/s   scim-bridge {ours:5.0f}/s   "
            f"of ldapadd {of_add[-1]:.2f}   of ldap3 {of_ldap3[-1]:.2f}",
            flush=True,
        )
    print(f"  median: of ldapadd {statistics.median(of_add):.2f}, of ldap3 alone {statistics.median(of_ldap3):.2f}")


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


def _end_to_end(slapd: Slapd, folder: Path) -> float:
    daemon = Daemon(folder)
    daemon.configure(TARGET.format(url=slapd.url, base=BASE, bind_dn=SERVICE), **{"corp-bind": PASSWORD})
    daemon.start()
    try:
        line = ldap3.Connection(ldap3.Server(slapd.url, get_info=ldap3.NONE), ADMIN, PASSWORD, auto_bind=True)
        began = time.monotonic()
        load(
            daemon.port,
            {"Authorization": f"Bearer {daemon.token}"},
            [create(f"u{number}") for number in range(ENTRIES)],
        )
        daemon.until(_all_applied(daemon), seconds=300)
        took = time.monotonic() - began
        assert _count(line) == ENTRIES
        return took
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
