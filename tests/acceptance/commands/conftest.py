"""A daemon with a directory and a CSV file, and the commands as an operator types them."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.slapd import PASSWORD, SERVICE
from tests.daemon import PATCH, USER, Daemon
from tests.slapd import Tree, own_slapd, slapd, slapd_admin, slapd_tree, tree

__all__ = ["own_slapd", "slapd", "slapd_admin", "slapd_tree", "tree"]

TARGETS = """
[targets.corp]
connector = "ldap"
url = "{url}"
bind_dn = "{service}"
bind_password = "file:credentials/corp-bind"
[targets.corp.users]
base = "{people}"
scope = 'not (userType eq "Guest")'
[targets.corp.users.attributes]
uid = "userName"
cn = "userName"
sn = "name.familyName"
mail = 'emails[type eq "work"].value'
title = "title"
manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"
[targets.corp.groups]
base = "{groups}"
[targets.corp.groups.attributes]
cn = "displayName"

[targets.file]
connector = "csv"
path = "drops/users.csv"
[targets.file.users.attributes]
login = "userName"
"""


@dataclass
class Office:
    """The daemon, the directory's branch, and a person at a terminal."""

    daemon: Daemon
    tree: Tree

    def run(self, *words: str) -> str:
        """What a command prints that does what it is asked."""
        done = self._run(*words)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bridge", *words, "--config", str(self.daemon.config)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def refused(self, *words: str, says: str) -> None:
        """A command that says with exit code 1 that it could not; what it says may go to either stream."""
        done = self._run(*words)
        assert done.returncode == 1, done.stdout
        assert says in done.stdout + done.stderr

    def ask(self, *words: str) -> Any:
        """The same as JSON."""
        return json.loads(self.run(*words, "--json"))

    def actions(self) -> list[tuple[str, str, dict[str, Any]]]:
        """What stands in the audit: operation, subject, detail; the oldest first. The daemon must not run."""
        with closing(sqlite3.connect(self.daemon.folder / "journal.db")) as db:
            rows = db.execute("SELECT operation, subject, payload FROM action WHERE actor = 'operator' ORDER BY seq")
            return [(operation, subject, json.loads(payload)) for operation, subject, payload in rows]

    def user(self, login: str, **fields: Any) -> str:
        """Create a user; its id."""
        body = {"schemas": [USER], "userName": login, "name": {"familyName": login.title()}, **fields}
        status, made = self.daemon.send("POST", "/Users", body)
        assert status == 201, made
        return str(made["id"])

    def change(self, id_: str, **fields: Any) -> None:
        operations = [{"op": "replace", "path": name, "value": value} for name, value in fields.items()]
        status, answer = self.daemon.send("PATCH", f"/Users/{id_}", {"schemas": [PATCH], "Operations": operations})
        assert status == 200, answer

    def settled(self) -> None:
        self.daemon.until(self.daemon.settled)

    def reload(self) -> None:
        """SIGHUP, and the new config is in force."""
        assert self.daemon.process is not None
        seen = len(self.daemon.lines)
        self.daemon.process.send_signal(signal.SIGHUP)
        self.daemon.wait_for("daemon.reloaded", since=seen)

    def waits(self, target: str) -> Any:
        """For which targets what is to be delivered there waits, and how much."""
        return self.daemon.status()["targets"][target]["waits_for"]

    def dn(self, login: str) -> str:
        return f"uid={login},{self.tree.people}"


@contextmanager
def open_office(folder: Path, tree: Tree, more: str = "", **secrets: str) -> Iterator[Office]:
    """A daemon that delivers into this branch; `more` tables of its config, and their secrets."""
    daemon = Daemon(folder)
    targets = TARGETS.format(url=tree.slapd.url, service=SERVICE, people=tree.people, groups=tree.groups)
    daemon.configure(targets + more, **{"corp-bind": PASSWORD, **secrets})
    try:
        yield Office(daemon.start(), tree)
    finally:
        daemon.close()


@pytest.fixture
def office(tmp_path: Path, tree: Tree) -> Iterator[Office]:
    with open_office(tmp_path, tree) as office:
        yield office
