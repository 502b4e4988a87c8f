"""Every sync of the journal fails once, each in turn; `make soak PART=eio` has five hundred fail."""

from pathlib import Path

from tests.daemon import Daemon
from tests.faults.failing_syncs import fail
from tests.faults.sound import flaws
from tests.faults.trace import need_strace

TURNS = [("fsync", 1), *(("fdatasync", nth) for nth in range(1, 15))]


def test_after_a_sync_that_failed_nothing_is_acknowledged_and_the_next_start_has_all_that_was(tmp_path: Path) -> None:
    need_strace()
    daemon = Daemon(tmp_path)
    daemon.configure("")
    told = [fail(daemon, name, nth) for name, nth in TURNS]
    daemon.start()
    try:
        _, page = daemon.send("GET", "/Users?attributes=userName&count=1000")
        kept = {user["userName"] for user in page["Resources"]}
        assert daemon.stop() == 0
    finally:
        daemon.close()

    assert [each.wrong for each in told] == [[] for _ in TURNS]
    assert {each.file for each in told} >= {"journal.db", "journal.db-wal"}
    acknowledged = {login for each in told for login in each.acknowledged}
    assert len(acknowledged) > len(TURNS)
    assert acknowledged <= kept
    assert list(flaws(tmp_path / "journal.db")) == []
