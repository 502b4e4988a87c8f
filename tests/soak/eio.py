"""Five hundred syncs of the journal fail: 25 rounds of 20 daemons on one journal, each with one that fails."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from tests.daemon import Daemon
from tests.faults.failing_syncs import fail
from tests.faults.sound import flaws
from tests.soak import rounds

ROUNDS, DAEMONS = 25, 20
LAST = 30
"""The latest sync that fails, as one daemon counts them."""


def one(seed: int) -> rounds.Figures:
    turns = random.Random(seed).sample(range(1, LAST + 1), DAEMONS)  # each once: the users are named after it
    with tempfile.TemporaryDirectory(prefix="soak-", dir="/tmp") as folder:
        daemon = Daemon(Path(folder))
        daemon.configure("")
        told = [fail(daemon, "fdatasync", nth) for nth in turns]
        acknowledged = {login for each in told for login in each.acknowledged}
        daemon.start()
        try:
            lost = acknowledged - _kept(daemon)
            wrong = [f"lost: {login}" for login in lost] + [each for one in told for each in one.wrong]
            wrong += [] if daemon.stop() == 0 else ["the last stop was no clean one"]
        finally:
            daemon.close()
        wrong += flaws(Path(folder) / "journal.db")
    if wrong:
        raise rounds.Failed(wrong)
    files = [each.file for each in told]
    return {
        "failed_syncs": len(told),
        "of_the_WAL": files.count("journal.db-wal"),
        "of_the_file": files.count("journal.db"),
        "acknowledged": len(acknowledged),
    }


def _kept(daemon: Daemon) -> set[str]:
    _, page = daemon.send("GET", "/Users?attributes=userName&count=1000")
    kept = {user["userName"] for user in page["Resources"]}
    assert page["totalResults"] == len(kept)
    return kept


def main(arguments: list[str]) -> int:
    return rounds.main(rounds.Part("eio", ROUNDS, one), arguments)
