"""Tokens as an operator makes and ends them, beside a real daemon and without one."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bridge.journal import tokens
from tests.daemon import USER, Daemon

TARGETS = """
[targets.file]
connector = "csv"
path = "drops/users.csv"
[targets.file.users.attributes]
login = "userName"
"""


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path, log_level="debug")
    daemon.configure(TARGETS)
    yield daemon
    daemon.close()


def make(daemon: Daemon, *words: str) -> str:
    """The token that `token add` or `rotate` prints."""
    return daemon.command("token", *words).strip()


def status(daemon: Daemon, token: str) -> int:
    return daemon.send("GET", "/Users", Authorization=f"Bearer {token}")[0]


def test_the_next_request_is_taken_and_after_a_revocation_the_next_is_refused(daemon: Daemon) -> None:
    daemon.start()

    token = make(daemon, "add", "default")
    assert 200 == status(daemon, token)
    daemon.command("token", "revoke", "default")
    assert 401 == status(daemon, token)
    assert 200 == status(daemon, daemon.token)


def test_tokens_are_exchanged_without_a_refused_request_in_three_commands(daemon: Daemon) -> None:
    daemon.start()
    old = make(daemon, "add", "default", "--name", "entra")

    new = make(daemon, "rotate", "entra", "--keep", "24h")
    assert [200, 200] == [status(daemon, token) for token in (old, new)]
    used = [token["used"] for token in daemon.ask("token", "list")["tokens"]]
    assert None not in used
    daemon.command("token", "revoke", "entra", "--old")
    assert [401, 200] == [status(daemon, token) for token in (old, new)]


def test_tokens_and_their_last_uses_outlive_a_restart(daemon: Daemon) -> None:
    daemon.start()
    kept, ended = make(daemon, "add", "default"), make(daemon, "add", "default", "--name", "spare")
    assert 200 == status(daemon, kept)
    daemon.command("token", "revoke", "spare")
    listed = daemon.ask("token", "list")["tokens"]
    assert daemon.stop() == 0
    daemon.start()

    assert [200, 401] == [status(daemon, token) for token in (kept, ended)]
    assert daemon.stop() == 0
    assert [listed[0]["name"]] == [token["name"] for token in daemon.ask("token", "list")["tokens"]]
    assert listed[0]["used"] <= daemon.ask("token", "list")["tokens"][0]["used"]


def test_without_a_daemon_the_journal_itself_is_written(daemon: Daemon) -> None:
    kept, ended = make(daemon, "add", "default"), make(daemon, "add", "default", "--name", "spare")
    daemon.command("token", "revoke", "spare")
    rotated = make(daemon, "rotate", "default", "--keep", "1h")
    daemon.start()

    assert [200, 401, 200] == [status(daemon, token) for token in (kept, ended, rotated)]
    assert daemon.stop() == 0
    assert "the chain is whole: 4 rows" in daemon.command("journal", "verify")


def test_a_restored_journal_takes_no_token_for_some_may_have_been_revoked_since(daemon: Daemon) -> None:
    daemon.start()
    ended, kept = make(daemon, "add", "default", "--name", "ended"), make(daemon, "add", "default")
    daemon.command("journal", "backup", str(daemon.folder / "copy.db"))
    daemon.command("token", "revoke", "ended")
    assert daemon.stop() == 0

    said = daemon.command("journal", "restore", str(daemon.folder / "copy.db"), "--force")

    assert "2 tokens of clients in it were ended" in said
    daemon.start()
    assert [401, 401, 200] == [status(daemon, token) for token in (ended, kept, daemon.token)]


def test_an_older_copy_put_back_by_hand_takes_none_either(daemon: Daemon) -> None:
    token = make(daemon, "add", "default")
    daemon.start()
    assert daemon.stop() == 0
    older = (daemon.folder / "journal.db").read_bytes()
    daemon.command("token", "revoke", "default")
    daemon.start()
    assert daemon.stop() == 0
    (daemon.folder / "journal.db").write_bytes(older)
    daemon.start()

    daemon.wait_for("journal.is_older", tokens=1)
    assert 401 == status(daemon, token)


def test_a_token_stands_nowhere_but_where_it_was_printed(daemon: Daemon) -> None:
    """Not in the log at its most talkative, not in a file, not in what the daemon or a command answers."""
    daemon.start()
    first = make(daemon, "add", "default", "--expires", "90d")
    second = make(daemon, "rotate", "default")
    answers = [_create(daemon, token, f"user{n}") for n, token in enumerate((first, second))]
    answers += [daemon.status(), daemon.ask("token", "list"), daemon.command("token", "list")]
    found = _revoke(daemon, first)
    answers += [found.stdout, found.stderr, daemon.command("token", "revoke", "default")]
    again = _revoke(daemon, second)
    answers += [again.stdout, again.stderr, _create(daemon, second, "late")]
    files = {path.name: path.read_bytes() for path in daemon.folder.iterdir() if path.is_file()}
    assert daemon.stop() == 0
    files |= {f"{path.name} after": path.read_bytes() for path in daemon.folder.iterdir() if path.is_file()}

    assert (0, 1) == (found.returncode, again.returncode)
    assert {"journal.db", "journal.db-wal", "stderr"} <= files.keys()
    for token in (first, second):
        assert token not in f"{answers} {daemon.lines}"
        assert tokens.digest(token).hex() not in f"{answers} {daemon.lines}"
        assert [] == [name for name, content in files.items() if token.encode() in content]
    with closing(sqlite3.connect(daemon.folder / "journal.db")) as db:
        payloads = str(db.execute("SELECT subject, payload FROM action").fetchall())
    assert all(tokens.digest(token).hex() not in payloads for token in (first, second))


def _create(daemon: Daemon, token: str, login: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return daemon.exchange("POST", "/Users", {"schemas": [USER], "userName": login}, **headers)


def _revoke(daemon: Daemon, token: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bridge", "token", "revoke", token, "--config", str(daemon.config)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
