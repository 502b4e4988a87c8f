"""Faults for real: a process that is killed, an fsync that fails, a disk that is full."""

import asyncio
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.clock import SystemClock
from bridge.journal import keys
from bridge.journal.errors import JournalFull
from bridge.journal.journal import Journal, open_journal
from bridge.journal.tx import Tx
from bridge.journal.verify import verify

KEY = bytes(range(32))
CHILD = Path(__file__).with_name("writing_child.py")
BROKEN = 3


def opened(path: Path) -> Journal:
    return open_journal(path, KEY, SystemClock())


def written(journal: Journal) -> set[str]:
    return journal.read(lambda db: {id_ for (id_,) in db.execute("SELECT id FROM resource")})


def broken_chain(journal: Journal) -> list[str]:
    return journal.read(lambda db: verify(db, keys.chain_key(KEY)).found)


def acknowledged(output: str) -> set[str]:
    return set(re.findall(r"^ack (\S+)$", output, re.MULTILINE))


def test_after_kill_9_everything_acknowledged_is_there(tmp_path):
    """Ten kills of one journal, each after a random number of acknowledgements."""
    moments, path, seen = random.Random(7), tmp_path / "journal.db", set()
    for _ in range(10):
        with subprocess.Popen([sys.executable, CHILD, path, "32"], stdout=subprocess.PIPE, text=True) as child:
            before = "".join(islice(child.stdout, moments.randrange(1, 400)))
            child.kill()
            seen |= acknowledged(before + child.stdout.read())
        assert_all_is_there(path, seen)

    assert len(seen) > 100


def run_with_a_failing(
    sync: str, when: int, path: Path, checkpoint: int = 1_000_000
) -> tuple[subprocess.CompletedProcess[str], str]:
    """Let one call of `sync` fail and all later ones succeed; the child's end, and what it wrote after the failure."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: NOT TESTED that a failed fsync ends the journal")
    trace = path.with_name("trace")
    command = ["strace", "-f", "--seccomp-bpf", "-s64", "-o", trace, "-e", "trace=write,fdatasync,fsync"]
    inject = ["-e", f"inject={sync}:error=EIO:when={when}"]

    child = subprocess.run(
        [*command, *inject, sys.executable, CHILD, path, "1", str(checkpoint)],
        capture_output=True,
        text=True,
        check=False,
    )

    if "(INJECTED)" not in trace.read_text():
        pytest.skip("strace may not trace here: NOT TESTED that a failed fsync ends the journal")
    return child, trace.read_text().split("(INJECTED)", 1)[1]


@pytest.mark.parametrize("when", [1, 3, 4, 9])
def test_after_a_commit_whose_fsync_failed_nothing_is_acknowledged(tmp_path, when):
    """The second fsync is SQLite's of the folder, which it does not heed: see below."""
    path = tmp_path / "journal.db"
    opened(path).close_now()

    child, after = run_with_a_failing("fdatasync", when, path)

    assert BROKEN == child.returncode
    assert "ack " not in after
    assert_all_is_there(path, acknowledged(child.stdout))


@pytest.mark.parametrize("when", [5, 8, 13, 21])
def test_after_a_checkpoint_whose_fsync_failed_nothing_that_was_asked_is_acknowledged(tmp_path, when):
    """What was committed before it is durable, and may still be told."""
    path = tmp_path / "journal.db"
    opened(path).close_now()

    child, after = run_with_a_failing("fdatasync", when, path, checkpoint=20)

    assert BROKEN == child.returncode
    assert "ack " not in after.partition("ask")[2]
    assert_all_is_there(path, acknowledged(child.stdout))


def assert_all_is_there(path: Path, acknowledged: set[str]) -> None:
    journal = opened(path)
    missing, broken = acknowledged - written(journal), broken_chain(journal)
    journal.close_now()
    assert set() == missing
    assert [] == broken


def test_a_journal_whose_name_may_not_be_on_the_disk_is_not_opened(tmp_path):
    """SQLite does not heed a failed fsync of the folder; the log could be gone after a power cut, with all it holds."""
    child, _ = run_with_a_failing("fsync", 1, tmp_path / "journal.db")

    assert "" == child.stdout
    assert "JournalUnusable" in child.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting needs root: NOT TESTED against a disk that is really full")
    yield disk
    subprocess.run(["umount", disk], check=True)


def fill(disk: Path, leave: int) -> Path:
    ballast = disk / "ballast"
    free = shutil.disk_usage(disk).free - leave
    ballast.write_bytes(bytes(max(free, 0)))
    return ballast


def note(name: str, size: int):
    def work(tx: Tx) -> str:
        tx.db.execute("CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT")
        tx.db.execute("INSERT INTO note VALUES (?, ?)", (name, "x" * size))
        return name

    return work


def notes(journal: Journal) -> list[str]:
    return journal.read(lambda db: [name for (name,) in db.execute("SELECT name FROM note ORDER BY rowid")])


@pytest.mark.root
@pytest.mark.parametrize("leave", [0, 4_096, 50_000, 300_000])
async def test_a_disk_that_is_really_full_loses_nothing_and_heals_by_itself(small_disk, leave):
    journal = opened(small_disk / "journal.db")
    acknowledged = [await journal.submit(note("first", 1))]
    ballast = fill(small_disk, leave)

    with capture_logs(), suppress(JournalFull):
        while True:
            acknowledged += [await journal.submit(note(f"{len(acknowledged)}", 3_000))]
    full = not journal.writable
    settle = asyncio.ensure_future(journal.submit(note("settle", 3_000), reserved=True))
    kept = notes(journal)
    ballast.unlink()

    assert full
    assert acknowledged == kept
    assert "settle" == await settle
    assert journal.writable
    assert [*acknowledged, "settle"] == notes(journal)
    await journal.close()
