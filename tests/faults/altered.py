"""The daemon with something of it altered, for tests: `python -m tests.faults.altered JSON run --config F`.

The program itself knows nothing of this: what is altered is set from outside, before it runs.

    {"synchronous": "NORMAL"}    the journal does not sync each commit: the tests must see what that loses
    {"checkpoint": 200}          rows changed between two checkpoints
    {"clock": "/path"}           the wall clock is wrong by as many seconds as this file says
    {"look": 0.05}               seconds between two looks of a schedule at the clock
"""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

from bridge.cli.main import main
from bridge.clock import SystemClock
from bridge.daemon import schedule
from bridge.journal import checkpoints, journal


def alter(wishes: dict[str, Any]) -> None:
    """Alter the program as it was asked."""
    if "checkpoint" in wishes:
        checkpoints.CHANGES = wishes["checkpoint"]
    if "clock" in wishes:
        _set(Path(wishes["clock"]))
    if "look" in wishes:
        schedule.LONGEST_WAIT = wishes["look"]
    if "synchronous" in wishes:
        _sync(wishes["synchronous"])


def _set(wrong_by: Path) -> None:
    right = SystemClock.now

    def now(clock: SystemClock) -> int:
        return right(clock) + 1000 * int(wrong_by.read_text())

    SystemClock.now = now


def _sync(mode: str) -> None:
    prepare = journal._prepare

    def prepare_so(db: sqlite3.Connection, path: Path) -> None:
        prepare(db, path)
        db.execute(f"PRAGMA synchronous = {mode}")

    journal._prepare = prepare_so


if __name__ == "__main__":
    alter(json.loads(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
