"""The first load of a directory: 10,000 users, then 10,000 groups of ten of them, into a real slapd (fsync on).

The groups are sent as soon as the users are accepted, while the directory has few of them: memberships wait for their
members by themselves. Then the same into a directory that the config names only afterwards, so that all come due at
once. Told are the seconds until everything is there, and how many writes that took.
"""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import ldap3

from bench.edge import create, load
from bench.ldap import TARGET
from connectors.ldap.settings import has_libldap
from demo.slapd import ADMIN, BASE, PASSWORD, SERVICE, Slapd
from tests.daemon import GROUP, Daemon

SIZE = 10_000
MEMBERS = 10
GROUPS = """
[targets.corp.groups]
base = "ou=groups,{base}"
[targets.corp.groups.attributes]
cn = "displayName"
"""


def measure(_rounds: int) -> None:
    """Print two lines; once is enough, for it takes minutes."""
    driver = "libldap" if has_libldap() else "ldap3"
    print(f"\ninitial: {SIZE:,} users and {SIZE:,} groups of {MEMBERS} with {driver}")
    for late in (False, True):
        _measure(driver, late)


def _measure(driver: str, late: bool) -> None:
    """`late`: the config names the directory once all is accepted."""
    with tempfile.TemporaryDirectory() as folder:
        slapd = Slapd(Path(folder) / "slapd", sync=True).prepare().start()
        daemon = Daemon(Path(folder))
        keys = {"url": slapd.url, "base": BASE, "bind_dn": SERVICE, "driver": driver}
        target, secrets = (TARGET + GROUPS).format(**keys), {"corp-bind": PASSWORD}
        daemon.configure("" if late else target, **secrets)
        daemon.start()
        began = time.monotonic()
        try:
            _send(daemon)
            accepted = time.monotonic() - began
            if late:
                daemon.stop()
                daemon.configure(target, **secrets)
                daemon.start()
            daemon.until(_settled(daemon), seconds=220)
            all_there = time.monotonic() - began
            _check(slapd)
        finally:
            daemon.stop()
            slapd.stop()
    told = ", ".join(f"{count:,} {verb}" for verb, count in sorted(_writes(daemon).items()))
    where = "a directory that is named then" if late else "a directory that is there"
    print(f"  {where}: accepted after {accepted:.1f} s, all there after {all_there:.1f} s; writes: {told}")


def _send(daemon: Daemon) -> None:
    headers = {"Authorization": f"Bearer {daemon.token}"}
    load(daemon.port, headers, [create(f"u{number}") for number in range(SIZE)])
    ids = _ids(daemon.folder / "journal.db")
    load(daemon.port, headers, [_group(number, ids) for number in range(SIZE)])


def _writes(daemon: Daemon) -> Counter[str]:
    verbs = (verb for line in daemon.lines if line.get("event") == "delivery.applied" for verb in line["did"])
    return Counter(re.sub(r" .*", "", verb) for verb in verbs)


def _settled(daemon: Daemon) -> Callable[[], bool]:
    """Asked twice a second, however many lines are logged."""
    due = 0.0

    def condition() -> bool:
        nonlocal due
        if time.monotonic() < due:
            return False
        due = time.monotonic() + 0.5
        return daemon.settled()

    return condition


def _ids(journal: Path) -> list[str]:
    with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as db:
        return [id_ for (id_,) in db.execute("SELECT id FROM resource ORDER BY seq")]


def _group(number: int, ids: list[str]) -> dict[str, str]:
    members = [{"value": ids[(number * MEMBERS + each) % SIZE]} for each in range(MEMBERS)]
    body = {"schemas": [GROUP], "displayName": f"group{number}", "members": members}
    return {"method": "POST", "path": "/scim/v2/Groups", "body": json.dumps(body)}


def _check(slapd: Slapd) -> None:
    server = ldap3.Server(slapd.url, get_info=ldap3.NONE)
    line = ldap3.Connection(server, ADMIN, PASSWORD, auto_bind=True)
    found = line.extend.standard.paged_search(
        f"ou=groups,{BASE}", "(objectClass=groupOfNames)", attributes=["member"], paged_size=500, generator=False
    )
    assert len(found) == SIZE
    assert {MEMBERS} == {len(each["raw_attributes"]["member"]) for each in found}
    line.unbind()
