"""`scim-bridge journal …` as an operator types it, beside a real daemon."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

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
    daemon = Daemon(tmp_path)
    daemon.configure(TARGETS)
    yield daemon
    daemon.close()


def bridge(daemon: Daemon, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `scim-bridge …` on the daemon's config."""
    return subprocess.run(
        [sys.executable, "-m", "bridge", *words, "--config", str(daemon.config)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def create(daemon: Daemon, *logins: str) -> list[dict[str, Any]]:
    made = []
    for login in logins:
        status, user = daemon.send("POST", "/Users", {"schemas": [USER], "userName": login})
        assert status == 201
        made.append(user)
    return made


def alter(daemon: Daemon, statement: str) -> None:
    with closing(sqlite3.connect(daemon.folder / "journal.db", isolation_level=None)) as db:
        assert db.execute(statement).rowcount > 0


def test_a_journal_that_nobody_touched_verifies_while_it_is_written(daemon: Daemon) -> None:
    daemon.start()
    create(daemon, "ada", "ben")

    verified = bridge(daemon, "journal", "verify")

    assert (verified.returncode, verified.stderr) == (0, "")
    assert "the chain is whole" in verified.stdout


def test_what_was_altered_is_named_and_the_exit_code_says_so(daemon: Daemon) -> None:
    daemon.start()
    create(daemon, "ada", "ben")
    assert daemon.stop() == 0
    alter(daemon, "UPDATE change SET client = 'somebody' WHERE seq = (SELECT max(seq) FROM change)")

    verified = bridge(daemon, "journal", "verify", "--json")

    assert verified.returncode == 3
    (found,) = json.loads(verified.stdout)["found"]
    assert found.startswith("change ")
    assert "was altered" in found


def test_an_older_copy_put_back_is_seen_by_the_anchor_in_the_log(daemon: Daemon) -> None:
    daemon.start()
    create(daemon, "ada")
    assert daemon.stop() == 0
    older = (daemon.folder / "journal.db").read_bytes()
    seen = len(daemon.lines)
    daemon.start()
    create(daemon, "ben")
    assert daemon.stop() == 0
    last = [line for line in daemon.lines[seen:] if line["event"] == "journal.anchored"][-1]
    (daemon.folder / "journal.db").write_bytes(older)
    (daemon.folder / "journal.db-anchor").unlink()

    assert bridge(daemon, "journal", "verify").returncode == 0
    verified = bridge(daemon, "journal", "verify", "--anchor", f"{last['seq']}:{last['chain']}")
    assert verified.returncode == 3
    assert "older than its anchor" in verified.stdout


def test_an_anchor_that_is_none_is_refused(daemon: Daemon) -> None:
    verified = bridge(daemon, "journal", "verify", "--anchor", "yesterday")

    assert (verified.returncode, verified.stdout) == (2, "")
    assert "SEQ:HEX" in verified.stderr


def test_a_journal_that_is_not_there_or_is_anothers_is_no_alteration(daemon: Daemon) -> None:
    assert bridge(daemon, "journal", "verify").returncode == 1
    daemon.start()
    assert daemon.stop() == 0
    (daemon.folder / "credentials" / "journal-key").write_text("22" * 32)

    verified = bridge(daemon, "journal", "verify")
    assert verified.returncode == 1
    assert "made with another key" in verified.stderr


def test_a_reload_and_who_decided_a_plan_stand_in_the_chain(daemon: Daemon) -> None:
    daemon.start()
    create(daemon, "ada")
    daemon.until(daemon.settled)
    assert bridge(daemon, "reconcile", "file").returncode == 0
    assert daemon.process is not None
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_for("daemon.reloaded")
    assert daemon.stop() == 0

    with closing(sqlite3.connect(daemon.folder / "journal.db")) as db:
        rows = db.execute("SELECT actor, uid, operation, subject FROM action ORDER BY seq").fetchall()
    assert rows == [("operator", os.getuid(), "reconcile", "file"), ("daemon", None, "reload", "")]
    assert bridge(daemon, "journal", "verify").returncode == 0


def test_a_backup_is_made_while_the_daemon_writes_and_is_for_its_owner_alone(daemon: Daemon) -> None:
    daemon.start()
    create(daemon, "ada", "ben")

    made = bridge(daemon, "journal", "backup", str(daemon.folder / "copy.db"))

    assert (made.returncode, made.stderr) == (0, "")
    assert (daemon.folder / "copy.db").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in daemon.folder.glob("copy.db*")] == ["copy.db"]
    with closing(sqlite3.connect(daemon.folder / "copy.db")) as db:
        assert db.execute("SELECT count(*) FROM resource").fetchone() == (2,)
    again = bridge(daemon, "journal", "backup", str(daemon.folder / "copy.db"))
    assert again.returncode == 1
    assert "is there already" in again.stderr


def test_a_restored_journal_writes_to_no_target_until_a_person_has_looked(daemon: Daemon) -> None:
    """A user made after the backup is at the target and not in the journal; one that waited then must not be sent."""
    daemon.start()
    create(daemon, "ada")
    daemon.until(daemon.settled)
    assert bridge(daemon, "targets", "pause", "file").returncode == 0
    create(daemon, "waits")
    assert bridge(daemon, "journal", "backup", str(daemon.folder / "copy.db")).returncode == 0
    assert bridge(daemon, "targets", "resume", "file").returncode == 0
    create(daemon, "later")
    daemon.until(daemon.settled)
    assert daemon.stop() == 0
    drop = daemon.folder / "drops" / "users.csv"
    before = drop.read_text()

    refused = bridge(daemon, "journal", "restore", str(daemon.folder / "copy.db"))
    restored = bridge(daemon, "journal", "restore", str(daemon.folder / "copy.db"), "--force")

    assert refused.returncode == 1
    assert "is newer" in refused.stderr
    assert (restored.returncode, restored.stderr) == (0, "")
    assert len(list(daemon.folder.glob("journal.db.before-*Z"))) == 1
    daemon.start()
    create(daemon, "new")
    target = daemon.status()["targets"]["file"]
    assert (target["backlog"], target["paused"].startswith("the journal was restored")) == (2, True)
    assert drop.read_text() == before
    assert bridge(daemon, "targets", "resume", "file").returncode == 0
    daemon.until(daemon.settled)
    assert "new" in drop.read_text()
    assert bridge(daemon, "journal", "verify").returncode == 0


def test_a_restore_beside_a_running_daemon_is_refused(daemon: Daemon) -> None:
    daemon.start()
    assert bridge(daemon, "journal", "backup", str(daemon.folder / "copy.db")).returncode == 0

    refused = bridge(daemon, "journal", "restore", str(daemon.folder / "copy.db"))

    assert refused.returncode == 1
    assert "stop it first" in refused.stderr


def test_an_older_copy_put_back_by_hand_pauses_every_target(daemon: Daemon) -> None:
    daemon.start()
    create(daemon, "ada")
    daemon.until(daemon.settled)
    assert daemon.stop() == 0
    older = (daemon.folder / "journal.db").read_bytes()
    daemon.start()
    create(daemon, "ben")
    daemon.until(daemon.settled)
    assert daemon.stop() == 0
    (daemon.folder / "journal.db").write_bytes(older)

    daemon.start()

    daemon.wait_for("journal.is_older")
    assert daemon.status()["targets"]["file"]["paused"].startswith("the journal is older than its last anchor")


def test_a_pause_outlives_a_restart_and_changes_are_accepted_meanwhile(daemon: Daemon) -> None:
    daemon.start()
    paused = bridge(daemon, "targets", "pause", "file", "--reason", "the file is moved")
    assert paused.stdout == "file is paused: the file is moved\n"
    create(daemon, "ada")
    assert daemon.stop() == 0
    daemon.start()
    assert daemon.status()["targets"]["file"]["backlog"] == 1

    assert "file is paused: the file is moved" in bridge(daemon, "status").stdout
    again = bridge(daemon, "targets", "pause", "file", "--reason", "the file is moved", "--json")
    assert json.loads(again.stdout) == {"target": "file", "paused": "the file is moved", "changed": False}
    assert bridge(daemon, "targets", "resume", "file").stdout == "file is not paused\n"
    assert json.loads(bridge(daemon, "targets", "resume", "file", "--json").stdout)["changed"] is False
    daemon.until(daemon.settled)
