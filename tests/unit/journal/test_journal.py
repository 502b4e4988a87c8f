import asyncio
import sqlite3
import stat

import pytest

from bridge.clock import SetClock
from bridge.journal import changes, keys
from bridge.journal.errors import JournalBusy, JournalLocked, JournalUnusable
from bridge.journal.journal import Journal, caution, open_journal
from bridge.journal.tx import Tx
from bridge.journal.verify import verify

KEY = bytes(range(32))
NOTES = "CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT"


def put(name: str):
    def work(tx: Tx) -> str:
        tx.db.execute(NOTES)
        tx.db.execute("INSERT INTO note VALUES (?, 'x')", (name,))
        return name

    return work


def names(db: sqlite3.Connection) -> list[str]:
    return [name for (name,) in db.execute("SELECT name FROM note ORDER BY name")]


def opened(tmp_path, key: bytes = KEY) -> Journal:
    return open_journal(tmp_path / "journal.db", key, SetClock())


async def test_what_was_written_is_there_after_a_restart(tmp_path):
    first = opened(tmp_path)
    await first.submit(put("a"))
    await first.close()

    second = opened(tmp_path)

    assert ["a"] == second.read(names)
    await second.close()


async def test_a_row_is_read_as_soon_as_it_is_acknowledged(journal):
    assert [] == journal.read(names)
    await journal.submit(put("a"))

    assert ["a"] == journal.read(names) == journal.glance(names)
    assert ["a"] == await journal.scan(names)


async def test_all_that_one_read_sees_is_of_one_moment(journal):
    """A group's version and its members belong together."""

    def read_twice(db: sqlite3.Connection) -> tuple[list[str], list[str]]:
        before = names(db)
        asyncio.run_coroutine_threadsafe(journal.submit(put("a")), loop).result()
        return before, names(db)

    loop = asyncio.get_running_loop()

    assert ([], []) == await journal.scan(read_twice)
    assert ["a"] == journal.read(names)


async def test_a_read_that_fails_harms_no_other(journal):
    with pytest.raises(ZeroDivisionError):
        journal.read(lambda db: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await journal.scan(lambda db: 1 / 0)

    assert [] == journal.read(names)
    assert [] == await journal.scan(names)


async def test_readers_cannot_write(journal):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        journal.read(_delete)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await journal.scan(_delete)


def _delete(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM note")


async def test_the_writer_is_durable_and_the_readers_never_checkpoint(journal):
    def pragmas(db: sqlite3.Connection) -> list[object]:
        wanted = ("journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint")
        return [db.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted]

    full, on, off = 2, 1, 0
    assert ["wal", full, on, off] == await journal.submit(lambda tx: pragmas(tx.db))
    assert off == journal.read(pragmas)[3]
    assert off == (await journal.scan(pragmas))[3]


async def test_a_second_daemon_is_kept_out(journal, tmp_path):
    with pytest.raises(JournalLocked, match="another scim-bridge has this journal open; stop it first"):
        opened(tmp_path)


async def test_the_lock_is_free_after_the_close(journal, tmp_path):
    await journal.close()

    await opened(tmp_path).close()


async def test_a_journal_that_could_not_be_opened_holds_no_lock(tmp_path):
    await opened(tmp_path).close()
    with pytest.raises(JournalUnusable):
        opened(tmp_path, bytes(32))

    await opened(tmp_path).close()


async def test_another_key_is_refused(tmp_path):
    await opened(tmp_path).close()

    with pytest.raises(JournalUnusable, match="made with another key"):
        opened(tmp_path, bytes(32))


async def test_the_chain_is_under_the_key_it_was_opened_with(journal):
    await journal.submit(
        lambda tx: changes.append(tx, changes.NewChange("default", "okta", "r1", "User", 1, "create", {}))
    )

    assert journal.read(lambda db: verify(db, keys.chain_key(KEY)).found) == []


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "journal.db").write_text("a shopping list " * 100)

    with pytest.raises(JournalUnusable, match=r"journal\.db: cannot be opened as a journal"):
        opened(tmp_path)


def test_a_place_where_nothing_can_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(JournalUnusable, match="must be able to write there"):
        open_journal(tmp_path / "file" / "journal.db", KEY, SetClock())


def test_only_its_owner_can_read_the_journal(tmp_path):
    opened(tmp_path).close_now()

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert {"journal.db": 0o600, "journal.db-lock": 0o600} == modes


def test_a_journal_is_made_and_closed_without_a_loop(tmp_path):
    journal = opened(tmp_path)
    journal.close_now()
    journal.close_now()

    assert not (tmp_path / "journal.db-wal").exists()


async def test_what_a_killed_process_left_in_the_log_is_written_to_the_file_anew(tmp_path, journal):
    """After a failed fsync the kernel may call pages clean that never reached the disk: nobody may build on them."""
    await journal.submit(put("a"))
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("journal.db", "journal.db-wal"):
        (copy / name).write_bytes((tmp_path / name).read_bytes())

    second = opened(copy)

    assert ["a"] == second.read(names)
    assert not any((copy / "journal.db-wal").read_bytes())
    await second.close()


async def test_the_log_has_its_room_before_anything_is_written(tmp_path, journal):
    """What lengthens a file makes each of its syncs dear."""
    room = (tmp_path / "journal.db-wal").stat().st_size
    for number in range(100):
        await journal.submit(put(f"{number}"))

    assert room == (tmp_path / "journal.db-wal").stat().st_size


async def test_a_log_that_another_program_reads_cannot_be_folded_so_it_is_said(tmp_path, monkeypatch):
    first = opened(tmp_path)
    await first.submit(put("a"))
    await first.close()
    other = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    other.execute("PRAGMA wal_autocheckpoint = 0")
    other.execute("INSERT INTO note VALUES ('b', 'x')")
    other.execute("BEGIN")
    names(other)
    monkeypatch.setattr("bridge.journal.journal.PATIENCE", 0)

    with pytest.raises(JournalUnusable, match="another program reads this journal"):
        opened(tmp_path)
    other.close()


async def test_a_request_waits_for_a_program_that_holds_the_file_and_is_then_refused(journal, tmp_path):
    await journal.submit(lambda tx: tx.db.execute("PRAGMA busy_timeout = 0").fetchone())
    other = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(JournalBusy, match="could not write"):
        await journal.submit(put("a"))
    other.execute("ROLLBACK")
    other.close()

    assert "a" == await journal.submit(put("a"))


async def test_targets_that_have_work_are_told_after_the_commit(journal):
    woken: list[tuple[set[str], list[str]]] = []
    journal.on_dirty(lambda targets: woken.append((targets, journal.read(names))))

    def work(tx: Tx) -> None:
        put("a")(tx)
        tx.dirtied.add("corp")

    await journal.submit(work)

    assert [({"corp"}, ["a"])] == woken


def test_who_sets_the_wake_as_an_attribute_is_told(tmp_path):
    journal = opened(tmp_path)

    with pytest.raises(AttributeError):
        journal.on_dirty = print
    journal.close_now()


@pytest.mark.parametrize(("version", "has"), [((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False)])
def test_an_sqlite_with_the_wal_reset_bug_is_named_with_what_to_heed(monkeypatch, version, has):
    monkeypatch.setattr("sqlite3.sqlite_version_info", version)

    assert has is ("sqlite3 -readonly" in (caution() or ""))
