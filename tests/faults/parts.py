"""Real parts around a real daemon: an OpenLDAP, the REST app that accepts twins, a CSV file."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ldap3

from demo.slapd import ADMIN, BASE, PASSWORD, SERVICE, Slapd
from tests.daemon import Daemon

ROOT = Path(__file__).parents[2]
TOKEN = "app-token"
NAMES = ("corp", "app", "file")
TARGETS = """
[targets.corp]
connector = "ldap"
url = "{ldap}"
bind_dn = "{service}"
bind_password = "file:credentials/corp-bind"
[targets.corp.users]
base = "ou=people,{base}"
[targets.corp.users.attributes]
uid = "userName"
cn = "userName"
sn = "name.familyName"
title = "title"
[targets.corp.groups]
base = "ou=groups,{base}"
[targets.corp.groups.attributes]
cn = "displayName"

[targets.app]
connector = "rest"
base_url = "{app}"
token = "file:credentials/app-token"
[targets.app.users]
key = "login"
create = "POST /users"
read = "GET /users/{{id}}"
update = "PATCH /users/{{id}}"
delete = "DELETE /users/{{id}}"
list = "GET /users"
find = "GET /users?login={{value}}"
items = "users"
[targets.app.users.attributes]
login = "userName"
title = "title"

[targets.file]
connector = "csv"
path = "drops/users.csv"
[targets.file.users.attributes]
login = "userName"
title = "title"
"""


@dataclass
class Parts:
    """The targets as they are, read without the bridge: what each holds, login → title, as often as it is there."""

    folder: Path
    slapd: Slapd
    app_url: str
    app_process: subprocess.Popen[str]

    @property
    def targets(self) -> str:
        return TARGETS.format(ldap=self.slapd.url, service=SERVICE, base=BASE, app=self.app_url)

    def daemon(self, only: tuple[str, ...] = NAMES, **guards: int) -> Daemon:
        """A daemon configured for these targets, with these limits of guards at each; not started."""
        limits = "".join(f"{name} = {limit}\n" for name, limit in guards.items())
        tables = "".join(f"[targets.{target}.guards]\n{limits}" for target in only if guards)
        daemon = Daemon(self.folder)
        chosen = [table for name, table in zip(NAMES, self.targets.split("\n\n"), strict=True) if name in only]
        daemon.configure("\n".join(chosen) + tables, **{"corp-bind": PASSWORD, "app-token": TOKEN})
        return daemon

    def held(self) -> dict[str, Counter[tuple[str, str]]]:
        return {"corp": Counter(self._corp()), "app": Counter(self._app()), "file": Counter(self._file())}

    def locked(self) -> set[str]:
        """Who may not log in at the directory."""
        with self._directory() as line:
            line.search(f"ou=people,{BASE}", "(pwdAccountLockedTime=*)", attributes=["uid"], paged_size=10_000)
            return {entry.uid.value for entry in line.entries}

    def members(self, group: str) -> int | None:
        """How many members the directory's group has, its placeholder aside; None where there is no group."""
        with self._directory() as line:
            line.search(f"ou=groups,{BASE}", f"(cn={group})", attributes=["member"])
            found = [entry.member.values for entry in line.entries]
        return sum(name.startswith("uid=") for name in found[0]) if found else None

    @contextmanager
    def _directory(self) -> Iterator[Any]:
        line = ldap3.Connection(ldap3.Server(self.slapd.url, get_info=ldap3.NONE), ADMIN, PASSWORD, auto_bind=True)
        try:
            yield line
        finally:
            line.unbind()

    def _corp(self) -> Iterator[tuple[str, str]]:
        line = ldap3.Connection(ldap3.Server(self.slapd.url, get_info=ldap3.NONE), ADMIN, PASSWORD, auto_bind=True)
        found = line.extend.standard.paged_search(
            f"ou=people,{BASE}", "(objectClass=inetOrgPerson)", attributes=["uid", "title"], paged_size=500
        )
        for entry in found:
            values = entry["attributes"]
            yield values["uid"][0], (values.get("title") or [""])[0]
        line.unbind()

    def _app(self) -> Iterator[tuple[str, str]]:
        for user in self.app("state")["users"].values():
            yield user["login"], user.get("title", "")

    def _file(self) -> Iterator[tuple[str, str]]:
        path = self.folder / "drops" / "users.csv"
        if path.exists():
            with path.open(newline="", encoding="utf-8") as file:
                yield from ((row["login"], row["title"]) for row in csv.DictReader(file))

    def app(self, what: str) -> Any:
        request = urllib.request.Request(f"{self.app_url}/{what}", headers={"Authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


@contextmanager
def standing(folder: Path, slapd: Slapd) -> Iterator[Parts]:
    """The parts, with the REST app started and ended."""
    app = subprocess.Popen(
        [sys.executable, "-m", "demo.app", "--port", "0", "--token", TOKEN],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert app.stdout is not None
        yield Parts(folder, slapd, f"http://127.0.0.1:{int(app.stdout.readline().split()[-1])}", app)
    finally:
        app.kill()
        app.wait()
        app.stdout.close()
