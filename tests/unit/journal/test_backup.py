"""Backups are whole, of one moment, and for their owner; what is restored is verified, and destroys nothing."""

import asyncio
import sqlite3
import threading
from contextlib import closing

import pytest

from bridge.clock import SetClock
from bridge.journal import actions, anchors, backup, chain, changes, passwords, targets, tokens
from bridge.journal.actions import operator
from bridge.journal.backup import BackupFailed, restore
from bridge.journal.errors import JournalBroken
from bridge.journal.journal import open_journal
from bridge.journal.verify import verify_file
from tests.unit.journal.conftest import KEY

BY = operator(7)
CANARY = "Kanarienvogel-7391"


async def accept(journal, count: int) -> None:
    def work(tx):
        for n in range(count):
            changes.append(tx, changes.NewChange("default", "entra", f"r{n}", "User", 1, "create", {"x": "y" * 500}))

    await journal.submit(work)


async def test_a_backup_verifies_and_says_where_the_chain_ends(journal, tmp_path):
    await accept(journal, 20)

    copy = await backup.backup(journal, tmp_path / "copy.db")

    assert journal.read(chain.head) == copy.end
    assert [] == verify_file(tmp_path / "copy.db", KEY, [copy.end]).found
    assert 0o600 == (tmp_path / "copy.db").stat().st_mode & 0o777


async def test_requests_are_written_while_the_backup_is_made(journal, tmp_path, monkeypatch):
    """One page at a time: each of a hundred batches finds its place between two steps, and is in the copy."""
    monkeypatch.setattr("bridge.journal.writer.COPY_PAGES", 1)
    await accept(journal, 500)

    async def write_on():
        for _ in range(100):
            await accept(journal, 1)

    copy, _ = await asyncio.gather(backup.backup(journal, tmp_path / "copy.db"), write_on())

    assert 500 < copy.end.seq <= 600
    assert [] == verify_file(tmp_path / "copy.db", KEY).found


async def test_a_file_that_is_there_is_not_overwritten(journal, tmp_path):
    (tmp_path / "copy.db").write_text("precious")

    with pytest.raises(BackupFailed, match="is there already"):
        await backup.backup(journal, tmp_path / "copy.db")

    assert "precious" == (tmp_path / "copy.db").read_text()


async def test_a_place_that_cannot_be_written_is_said(journal, tmp_path):
    with pytest.raises(BackupFailed, match="must be able to"):
        await backup.backup(journal, tmp_path / "missing" / "copy.db")


async def test_a_copy_that_the_end_interrupts_fails_and_leaves_nothing(journal, tmp_path):
    """The writer is kept busy until the copy and the end are both queued."""
    queued = threading.Event()
    asking = [asyncio.ensure_future(journal.submit(lambda _: queued.wait()))]
    await asyncio.sleep(0)
    copying = asyncio.ensure_future(backup.backup(journal, tmp_path / "copy.db"))
    await asyncio.sleep(0)
    asking += [asyncio.ensure_future(journal.submit(lambda _: setattr(journal._writer, "broken", JournalBroken("x"))))]
    await asyncio.sleep(0)
    queued.set()

    with pytest.raises(BackupFailed, match="closed before its copy was whole"):
        await copying
    await asyncio.gather(*asking)
    assert [] == list(tmp_path.glob("copy.db*"))


@pytest.fixture
def saved(tmp_path):
    """A backup of a journal that went on afterwards."""

    async def make():
        journal = open_journal(tmp_path / "journal.db", KEY, SetClock())
        await accept(journal, 5)
        await journal.submit(lambda tx: targets.pause(tx, "known", "x"))
        await journal.submit(lambda tx: passwords.put(tx, "r", 1, CANARY, [("corp", 1000), ("known", 1000)]))
        await journal.submit(lambda tx: tokens.add(tx, "entra", "entra", bytes(32), None))
        await backup.backup(journal, tmp_path / "copy.db")
        await accept(journal, 2)
        await journal.close()

    asyncio.run(make())
    return tmp_path


def put_back(folder, **options):
    return restore(folder / "copy.db", folder / "journal.db", KEY, SetClock(), ["corp"], BY, **options)


def test_a_newer_journal_is_not_overwritten(saved):
    with pytest.raises(BackupFailed, match=r"newer \(row 7\) than the backup \(row 5\)"):
        put_back(saved)

    assert 7 == verify_file(saved / "journal.db", KEY).end.seq
    assert not list(saved.glob("journal.db.restoring*"))


def test_a_restored_journal_has_every_target_paused_and_says_who_restored_it(saved):
    restored = put_back(saved, force=True)

    journal = open_journal(saved / "journal.db", KEY, SetClock())
    paused = {name: journal.read(lambda db, n=name: targets.remembered(db, n)) for name in ("corp", "known")}
    done = journal.read(actions.latest)[0]
    journal.close_now()
    assert {"corp": (backup.RESTORED, True), "known": (backup.RESTORED, True)} == {
        name: (target.paused, target.until_plan) for name, target in paused.items()
    }
    assert (BY, "restore", "copy.db", {"passwords": 2, "tokens": 1}) == (
        done.by,
        done.operation,
        done.subject,
        done.detail,
    )
    assert anchors.read(saved / "journal.db") == restored.end
    assert [] == verify_file(saved / "journal.db", KEY, [restored.end]).found


def test_the_journal_that_was_there_is_kept_beside(saved):
    restored = put_back(saved, force=True)

    assert restored.before is not None
    assert 7 == verify_file(restored.before, KEY).end.seq


def test_a_journal_that_is_damaged_needs_no_force(saved):
    (saved / "journal.db").write_bytes(b"no database at all")

    assert 6 == put_back(saved).end.seq


def test_a_journal_that_is_gone_is_restored(saved):
    (saved / "journal.db").unlink()

    assert put_back(saved).before is None


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        ("UPDATE change SET client = 'x' WHERE seq = 3", "was altered: change 3"),
        ("DELETE FROM head", "no head"),
        ("UPDATE head SET proof = x'00'", "another key"),
    ],
)
def test_what_does_not_verify_is_not_restored(saved, harm, says):
    with closing(sqlite3.connect(saved / "copy.db", isolation_level=None)) as db:
        db.execute(harm)

    with pytest.raises(BackupFailed, match=says):
        put_back(saved, force=True)

    assert 7 == verify_file(saved / "journal.db", KEY).end.seq


def test_what_is_no_database_is_not_restored(saved):
    (saved / "copy.db").write_bytes(b"x" * 10_000)

    with pytest.raises(BackupFailed, match="cannot be used as a journal"):
        put_back(saved, force=True)


def test_a_restored_journal_takes_no_token(saved):
    """One that was revoked since the backup would be taken again."""
    assert 1 == put_back(saved, force=True).tokens
    journal = open_journal(saved / "journal.db", KEY, SetClock())
    assert [] == journal.read(tokens.kept)
    journal.close_now()


def test_a_backup_holds_passwords_sealed_and_a_restored_journal_none(saved):
    """The targets may have newer ones by now."""
    copy = (saved / "copy.db").read_bytes()
    restored = put_back(saved, force=True)

    assert CANARY.encode() not in copy
    assert b"password" in copy
    assert 2 == restored.passwords
    journal = open_journal(saved / "journal.db", KEY, SetClock())
    assert [0, 0] == [journal.read(lambda db, n=n: passwords.waiting(db, n)).waiting for n in ("corp", "known")]
    journal.close_now()
