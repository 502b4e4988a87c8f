"""The log begins anew once our readers have let go, and it is said where others do not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.journal import checkpoints
from bridge.journal.checkpoints import TRIES, Checkpoints


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checkpoints, "PINNED", 0)
    monkeypatch.setattr(checkpoints, "ENDING", 0.0)
    return tmp_path / "journal.db"


@pytest.fixture
def db(path: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("CREATE TABLE note (text)")
    yield db
    db.close()


@pytest.fixture
def reader(path: Path, db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One that holds an old snapshot."""
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM note").fetchall()
    db.execute("INSERT INTO note VALUES ('x')")
    yield reader
    reader.close()


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def tidy(db: sqlite3.Connection, told: list[str]) -> Checkpoints:
    return Checkpoints(db, lambda: told.append("hold"), lambda: told.append("free"))


def size(path: Path) -> int:
    return path.with_name("journal.db-wal").stat().st_size


def test_a_log_that_nobody_reads_begins_anew_at_once(tidy: Checkpoints, told: list[str], path: Path) -> None:
    tidy.run("PASSIVE")

    assert ([], 0, False) == (told, size(path), tidy.is_due)


def test_readers_are_held_until_it_did(
    tidy: Checkpoints, told: list[str], path: Path, reader: sqlite3.Connection
) -> None:
    tidy.run("PASSIVE")
    assert (["hold"], True) == (told, tidy.is_due)
    reader.execute("COMMIT")

    with capture_logs() as logs:
        tidy.run("PASSIVE")

    assert (["hold", "free"], 0, False) == (told, size(path), tidy.is_due)
    assert [] == logs


@pytest.mark.usefixtures("reader")
def test_who_does_not_let_go_is_somebody_else_and_keeps_ours_waiting_no_longer(
    tidy: Checkpoints, told: list[str]
) -> None:
    with capture_logs() as logs:
        for _ in range(TRIES + 1):
            tidy.run("PASSIVE")

    assert (["hold", "free"], False) == (told, tidy.is_due)
    assert ["journal.wal_pinned"] == [entry["event"] for entry in logs]
