"""Passwords by a real daemon at DEBUG, a real slapd, a REST app that repeats what it refuses, and a CSV file.

Every password is a canary: afterwards all that was written or said is searched for it, in every spelling that a program
may make of it. That it arrived is proved by logging in.
"""

from __future__ import annotations

import base64
import json
import random
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError

import ldap3
import pytest

from demo.slapd import BASE, POLICY, Slapd
from tests.daemon import PATCH, USER, Daemon
from tests.faults.parts import Parts, standing
from tests.slapd import admin_of

CANARY = "Kanari"
"""What all passwords here begin with."""
SHORT = f"{CANARY}!"
"""Refused by the directory's policy and by the app."""
KILLS, USERS = 6, 8
SEED = 20261125
SWITCHES = {
    'connector = "ldap"': 'connector = "ldap"\npassword = true',
    'connector = "rest"': 'connector = "rest"\npassword = true',
    'items = "users"': 'items = "users"\n'
    'set_password = { call = "PUT /users/{id}/password", body = { password = "{password}" } }',
}


@dataclass
class Stage:
    """The parts, a daemon that delivers passwords, and all that was said."""

    parts: Parts
    daemon: Daemon
    said: list[str] = field(default_factory=list)

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """One request; what was answered is kept."""
        status, shown, answer = self.daemon.exchange(method, path, body, **headers)
        self.said.append(json.dumps([status, shown, answer], ensure_ascii=False))
        return status, answer

    def run(self, *words: str) -> None:
        """One command; what it said is kept, whatever came of it."""
        command = [sys.executable, "-m", "bridge", *words, "--config", str(self.daemon.config)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        self.said.append(done.stdout + done.stderr)

    def fetch(self, path: str) -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.daemon.ops}{path}", timeout=10) as answer:
            self.said.append(answer.read().decode())

    def create(self, login: str, password: str | None = None) -> str:
        body = {"schemas": [USER], "userName": login, "name": {"familyName": login}}
        status, user = self.send("POST", "/Users", body if password is None else {**body, "password": password})
        assert status == 201
        return str(user["id"])

    def set_password(self, user: str, password: str) -> None:
        operation = {"op": "replace", "path": "password", "value": password}
        status, _ = self.send("PATCH", f"/Users/{user}", {"schemas": [PATCH], "Operations": [operation]})
        assert status == 200

    def opens(self, login: str, password: str) -> bool:
        """By a real bind."""
        server = ldap3.Server(self.parts.slapd.url, get_info=ldap3.NONE)
        line = ldap3.Connection(server, f"uid={login},ou=people,{BASE}", password)
        try:
            return bool(line.bind())
        finally:
            line.socket.close()

    def app_passwords(self) -> dict[str, str]:
        """The last password that the app took of each user, by login."""
        logins = {user["id"]: user["login"] for user in self.parts.app("state")["users"].values()}
        taken = {}
        for call in self.parts.app("calls"):
            if call["path"].endswith("/password") and call.get("status") == 204:
                taken[logins[call["path"].split("/")[2]]] = json.loads(call["body"])["password"]
        return taken

    def waiting(self) -> int:
        """How many passwords wait at both targets, the refused aside."""
        return sum(target["passwords"] for target in self.daemon.status()["targets"].values())

    def everything(self) -> Iterator[tuple[str, bytes]]:
        """All that was written and said, each under its name."""
        for path in self.daemon.folder.rglob("*"):
            if path.is_file():
                yield path.name, path.read_bytes()
        yield "stdout", json.dumps(self.daemon.lines, ensure_ascii=False).encode()
        for number, text in enumerate(self.said):
            yield f"said {number}", text.encode()


def spellings() -> set[bytes]:
    """Of the canary: as it is, in hex, and in base64 at each of its three places."""
    shifted = {base64.b64encode(b"x" * lead + CANARY.encode())[4 * (lead > 0) :].rstrip(b"=")[:-1] for lead in range(3)}
    return {CANARY.lower().encode(), CANARY.encode().hex().encode()} | {each.lower() for each in shifted}


def leaks(everything: Iterator[tuple[str, bytes]]) -> set[str]:
    """The names under which some spelling of a password is found."""
    wanted = spellings()
    return {name for name, content in everything if any(each in content.lower() for each in wanted)}


@contextmanager
def stage_of(folder: Path, slapd: Slapd) -> Iterator[Stage]:
    with standing(folder / "bridge", slapd) as parts:
        parts.folder.mkdir()
        daemon = Daemon(parts.folder, log_level="debug")
        targets = parts.targets
        for plain, switched in SWITCHES.items():
            targets = targets.replace(plain, switched)
        daemon.configure(targets, **{"corp-bind": "secret", "app-token": "app-token"})
        try:
            yield Stage(parts, daemon)
        finally:
            daemon.close()


@pytest.fixture
def stage(tmp_path: Path, own_slapd: Callable[..., Slapd]) -> Iterator[Stage]:
    with stage_of(tmp_path, own_slapd(overlays=("ppolicy",), size_limit=10_000)) as stage:
        yield stage


def demand_eight(slapd: Slapd) -> None:
    """A policy: eight characters, and none of the last three passwords."""
    rules = {"pwdCheckQuality": "1", "pwdMinLength": "8", "pwdInHistory": "3"}
    with closing_line(admin_of(slapd)) as admin:
        changes = {name: [(ldap3.MODIFY_REPLACE, [value])] for name, value in rules.items()}
        assert admin.modify(POLICY, changes)[1]["result"] == 0


@contextmanager
def closing_line(line: Any) -> Iterator[Any]:
    try:
        yield line
    finally:
        line.unbind()


def test_every_spelling_of_the_canary_is_found() -> None:
    """The search itself must not be blind."""
    hidden = [f"{lead}{CANARY}42" for lead in ("", "a", "ab", "abc")]
    samples = [text.encode() for text in hidden]
    samples += [base64.b64encode(text.encode()) for text in hidden]
    samples += [hidden[0].upper().encode(), hidden[1].encode().hex().encode(), json.dumps(hidden[2]).encode()]

    assert set(map(str, range(len(samples)))) == leaks((str(n), sample) for n, sample in enumerate(samples))
    assert set() == leaks(iter([("nothing", b"canary Kanal 4b616e")]))


def test_a_password_arrives_and_stands_nowhere_else(stage: Stage) -> None:
    first, second, third, fourth, late = (f"{CANARY}{n}-vogel" for n in (11, 22, 33, 44, 55))
    daemon, slapd = stage.daemon, stage.parts.slapd
    demand_eight(slapd)
    daemon.start()

    # with a new user, by PATCH, by PUT, in bulk
    kim = stage.create("kim", first)
    daemon.until(lambda: stage.opens("kim", first) and stage.app_passwords().get("kim") == first)
    stage.set_password(kim, second)
    daemon.until(lambda: stage.opens("kim", second) and stage.app_passwords()["kim"] == second)
    body = {"schemas": [USER], "userName": "kim", "name": {"familyName": "kim"}, "title": "Boss", "password": third}
    assert stage.send("PUT", f"/Users/{kim}", body)[0] == 200
    daemon.until(lambda: stage.opens("kim", third) and not stage.opens("kim", second))
    lee = {"schemas": [USER], "userName": "lee", "name": {"familyName": "lee"}, "password": fourth}
    bulk = {"method": "POST", "path": "/Users", "bulkId": "lee", "data": lee}
    urn = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
    assert stage.send("POST", "/Bulk", {"schemas": [urn], "Operations": [bulk]})[0] == 200
    daemon.until(lambda: stage.opens("lee", fourth))

    # what is refused is parked alone, with a reason that does not quote it
    lee_id = stage.send("GET", '/Users?filter=userName%20eq%20"lee"')[1]["Resources"][0]["id"]
    stage.set_password(lee_id, SHORT)
    daemon.wait_for("password.parked", target="corp")
    daemon.wait_for("password.parked", target="app")
    refused = daemon.status()["parked_passwords"]
    assert {("corp", "lee"), ("app", "lee")} == {(each["target"], each["name"]) for each in refused}
    assert "quality" in next(each["text"] for each in refused if each["target"] == "corp")
    assert stage.opens("lee", fourth)
    assert all(target["parked"] == 0 for target in daemon.status()["targets"].values())

    # requests that hold one where none belongs
    stage.send("POST", "/Users", {**lee, "password": [late]})
    stage.send("GET", f'/Users?filter=password%20eq%20"{late}"')
    stage.send("POST", f"/Users/{late}")
    unknown = {"op": "add", "path": "pass", "value": late}
    stage.send("PATCH", f"/Users/{kim}", {"schemas": [PATCH], "Operations": [unknown]})

    # while the directory is away it waits, sealed: over a backup, kill -9 and a restart
    slapd.kill()
    stage.set_password(kim, late)
    daemon.wait_for("target.went_down", target="corp")
    daemon.until(lambda: stage.app_passwords()["kim"] == late)
    assert daemon.status()["targets"]["corp"]["passwords"] == 1
    stage.run("journal", "backup", str(daemon.folder / "copy.db"))
    daemon.kill()
    daemon.start()
    for words in (
        ("status",),
        ("status", "--json"),
        ("plan", "app"),
        ("reconcile", "file"),
        ("plans",),
        ("why", "kim"),
        ("why", "kim", "corp"),
        ("links", "show", "kim"),
        ("deliveries", "list"),
        ("journal", "verify"),
        ("check", "--connect"),
    ):
        stage.run(*words)
    for path in ("/status", "/metrics"):
        stage.fetch(path)
    stage.send("GET", f"/Users/{kim}?attributes=password,userName,urn:scim-bridge:schemas:1.0:Delivery")
    stage.send("GET", "/ServiceProviderConfig")
    slapd.start()
    daemon.until(lambda: stage.opens("kim", late), seconds=90)
    daemon.until(lambda: stage.waiting() == 0)
    assert leaks(stage.everything()) == set()

    # what is kept of an entry that is removed holds no password, hashed or not
    assert stage.send("DELETE", f"/Users/{kim}")[0] == 204
    daemon.until(lambda: not stage.opens("kim", late) and daemon.settled())
    assert daemon.stop() == 0
    with closing(sqlite3.connect(daemon.folder / "journal.db")) as db:
        kept = [
            text for (text,) in db.execute("SELECT entry FROM image WHERE target = 'corp' AND operation = 'delete'")
        ]
    assert [("uid" in text, "userPassword" in text) for text in kept] == [(True, False)]

    files = {path.name for path in daemon.folder.rglob("*")}
    assert {"journal.db", "copy.db", "users.csv", "stderr"} <= files
    assert b"kim" in (daemon.folder / "journal.db").read_bytes()
    assert leaks(stage.everything()) == set()


def test_the_discovery_says_that_passwords_are_taken(stage: Stage) -> None:
    stage.daemon.start()

    assert {"supported": True} == stage.send("GET", "/ServiceProviderConfig")[1]["changePassword"]


def test_a_wrong_or_missing_key_is_refused_at_the_start(stage: Stage) -> None:
    daemon, key = stage.daemon, stage.daemon.folder / "credentials" / "journal-key"
    daemon.start()
    stage.create("kim", f"{CANARY}-vogel")
    assert daemon.stop() == 0
    stage.run("journal", "backup", str(daemon.folder / "copy.db"))
    key.write_text("22" * 32)
    ends = []
    for words in (("run",), ("journal", "restore", "--force", str(daemon.folder / "copy.db"))):
        stage.run(*words)
        ends.append(stage.said[-1])
    key.unlink()
    for words in (("run",), ("journal", "restore", "--force", str(daemon.folder / "copy.db"))):
        stage.run(*words)
        ends.append(stage.said[-1])

    assert all("made with another key" in end for end in ends[:2]), ends
    assert all("journal.key" in end and "cannot read" in end for end in ends[2:]), ends
    assert leaks(stage.everything()) == set()


def test_kill_9_neither_loses_nor_leaks_a_password(stage: Stage) -> None:
    """Clients set passwords without a pause; the last that was acknowledged, or a later one, opens in the end."""
    dice, daemon = random.Random(SEED), stage.daemon
    daemon.start()
    users = {f"user{n}": stage.create(f"user{n}") for n in range(USERS)}
    fates = {login: Fate() for login in users}
    for _ in range(KILLS):
        clients = [threading.Thread(target=_set_again_and_again, args=(daemon, *each, fates)) for each in users.items()]
        for client in clients:
            client.start()
        enough = sum(fate.acknowledged for fate in fates.values()) + dice.randint(5, 60)
        daemon.until(lambda enough=enough: sum(fate.acknowledged for fate in fates.values()) >= enough, seconds=60)  # type: ignore[misc]
        daemon.kill()
        for client in clients:
            client.join()
        daemon.start()
    daemon.until(lambda: stage.waiting() == 0, seconds=90)
    held = stage.app_passwords()

    assert [] == [login for login, fate in fates.items() if held[login] not in fate.may_be]
    assert [] == [login for login in users if not stage.opens(login, held[login])]
    assert [] == daemon.status()["parked_passwords"]
    assert leaks(stage.everything()) == set()
    assert daemon.stop() == 0


@dataclass
class Fate:
    """What one user's password may be in the end: the last acknowledged one, or one whose answer never came."""

    may_be: set[str] = field(default_factory=set)
    sent: int = 0
    acknowledged: int = 0

    def next(self, login: str) -> str:
        self.sent += 1
        password = f"{CANARY}-{login}-{self.sent}"
        self.may_be.add(password)
        return password

    def answered(self, password: str) -> None:
        self.acknowledged += 1
        self.may_be = {password}


def _set_again_and_again(daemon: Daemon, login: str, user: str, fates: dict[str, Fate]) -> None:
    """Until the daemon is gone."""
    while True:
        password = fates[login].next(login)
        operation = {"op": "replace", "path": "password", "value": password}
        try:
            status, _ = daemon.send("PATCH", f"/Users/{user}", {"schemas": [PATCH], "Operations": [operation]})
        except (URLError, ConnectionError, TimeoutError):
            return
        assert status == 200
        fates[login].answered(password)
