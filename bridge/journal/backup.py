"""Back a journal up while it is written, and put a backup in its place again.

A backup is one whole SQLite file: the writer copies it page by page between two batches, then it is verified and synced
before it gets its name. What is restored is verified as well, and nothing is destroyed: the journal that was there is
kept beside under another name. A restored journal is older than its targets: it starts with all of them paused, each
until a plan of it is approved, and without the passwords that waited in it: the targets may have newer ones. The tokens
in it are ended: one that was revoked since would be taken again.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bridge.clock import Clock
from bridge.journal import actions, anchors, chain, keys, passwords, targets, tokens
from bridge.journal.actions import Action, Actor
from bridge.journal.chain import Place
from bridge.journal.errors import JournalError, JournalUnusable
from bridge.journal.journal import Journal, open_journal, sync_folder, take_lock
from bridge.journal.tx import Tx
from bridge.journal.verify import verify

RESTORED = "the journal was restored from a backup that is older than the target"


class BackupFailed(Exception):
    """No backup was made, or none was restored; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A backup: its file, and the place the chain had reached in it."""

    file: Path
    bytes: int
    end: Place


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and where the journal is that was there before (None: there was none).

    `passwords`: how many waited in it and were erased; `tokens`: how many clients had from it, all of them ended.
    """

    end: Place
    before: Path | None
    passwords: int
    tokens: int


async def backup(journal: Journal, file: Path) -> Copied:
    """Copy the journal into a new file of mode 0600, verified and on the disk when this returns."""
    partial = _begin(file)
    try:
        await _copy(journal, partial)
        return await asyncio.to_thread(_finish, partial, file)
    except (sqlite3.Error, JournalError, OSError) as error:
        raise BackupFailed(f"{file} could not be written ({error})") from error
    finally:
        partial.unlink(missing_ok=True)


def _begin(file: Path) -> Path:
    if file.exists():
        raise BackupFailed(f"{file} is there already: name another file, or remove that one")
    partial = file.with_name(file.name + ".partial")
    try:
        os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        raise BackupFailed(f"{partial} is there: another backup runs, or one broke off; remove it then") from None
    except OSError as error:
        raise BackupFailed(f"{partial}: {error.strerror}; the daemon writes it, and must be able to") from None
    return partial


async def _copy(journal: Journal, partial: Path) -> None:
    with closing(sqlite3.connect(partial, isolation_level=None, check_same_thread=False)) as into:
        into.execute("PRAGMA journal_mode = OFF")
        into.execute("PRAGMA synchronous = OFF")  # synced once, by us, in a thread where nobody waits
        into.execute("PRAGMA cache_size = -4096")
        await journal.copy(into)


def _finish(partial: Path, file: Path) -> Copied:
    with closing(sqlite3.connect(partial, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = DELETE")  # one file, that opens from a read-only place too
        _must_be_whole(db, file)
        end = chain.head(db)
        assert end is not None
    handle = os.open(partial, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    partial.rename(file)
    sync_folder(file)
    return Copied(file, file.stat().st_size, end)


def _must_be_whole(db: sqlite3.Connection, file: Path) -> None:
    (found,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise BackupFailed(f"{file} is damaged ({found}): take another backup")


def restore(
    file: Path, path: Path, key: bytes, clock: Clock, paused: Iterable[str], by: Actor, *, force: bool = False
) -> Restored:
    """Put the backup in the place of the journal at `path`, with these targets paused, and those it knows.

    `BackupFailed` where it is none or does not verify, and, unless `force`, where the journal there is newer.
    """
    if not file.is_file():
        raise BackupFailed(f"{file} is not there")
    lock = take_lock(path)
    new = path.with_name(path.name + ".restoring")
    try:
        _clear(new)
        _copy_file(file, new)
        end = _verified(new, file, key)
        if not force:
            _must_not_be_newer(path, end)
        end, erased, ended = asyncio.run(_pause(new, key, clock, file, paused, by))
        before = _exchange(path, new, clock)
        anchors.write(path, end)
        return Restored(end, before, erased, ended)
    except OSError as error:
        raise BackupFailed(f"{path} could not be restored ({error}): nothing was changed") from error
    finally:
        _clear(new)
        os.close(lock)


def _clear(new: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-lock"):
        new.with_name(new.name + suffix).unlink(missing_ok=True)


def _copy_file(file: Path, new: Path) -> None:
    os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    shutil.copyfile(file, new)


def _verified(new: Path, file: Path, key: bytes) -> Place:
    try:
        with closing(sqlite3.connect(new, isolation_level=None)) as db:
            _must_be_whole(db, file)
            if not keys.is_tied(db, key):
                raise BackupFailed(f"{file} is no backup of a journal: it has no head")
            verdict = verify(db, keys.chain_key(key))
    except (sqlite3.Error, JournalUnusable) as error:
        raise BackupFailed(f"{file} cannot be used as a journal ({error})") from error
    if verdict.found:
        raise BackupFailed(f"{file} was altered: {verdict.found[0]}. Take another backup")
    return verdict.end


def _must_not_be_newer(path: Path, end: Place) -> None:
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            now = chain.head(db)
    except sqlite3.Error:
        return  # a damaged journal is what a backup is for; it is kept beside
    if now is not None and now.seq > end.seq:
        raise BackupFailed(
            f"the journal at {path} is newer (row {now.seq}) than the backup (row {end.seq}): what was accepted since "
            "would be gone. If that is meant, say --force; the journal there is kept beside"
        )


async def _pause(
    new: Path, key: bytes, clock: Clock, file: Path, names: Iterable[str], by: Actor
) -> tuple[Place, int, int]:
    """Open the copy as a journal, which brings it to our version; pause its targets, end its passwords and tokens.

    Where its chain ends then, and how many passwords and tokens those were.
    """

    def work(tx: Tx) -> tuple[int, int]:
        for name in sorted({*names, *targets.known(tx.db)}):
            targets.pause(tx, name, RESTORED, until_plan=True)
        erased, ended = passwords.erase_all(tx), tokens.end_all(tx)
        actions.record(tx, Action(by, "restore", file.name, {"passwords": erased, "tokens": ended}))
        return erased, ended

    journal = open_journal(new, key, clock)
    try:
        erased, ended = await journal.submit(work)
        end = journal.read(chain.head)
    finally:
        await journal.close()
    assert end is not None
    return end, erased, ended


def _exchange(path: Path, new: Path, clock: Clock) -> Path | None:
    """Give the new journal its name; there is a journal of that name at every moment, if there was one."""
    before = None
    if path.exists():
        stamp = datetime.fromtimestamp(clock.now() / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
        before = path.with_name(f"{path.name}.before-{stamp}")
        os.link(path, before)
    for suffix in ("-wal", "-shm"):
        log = path.with_name(path.name + suffix)
        if log.exists():
            log.rename(path.with_name(f"{(before or path).name}{suffix}"))
    handle = os.open(new, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    new.replace(path)
    sync_folder(path)
    return before
