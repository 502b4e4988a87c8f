"""A disable behind a backlog of 100,000 creates, three times; it must be at the directory within two seconds."""

from __future__ import annotations

import tempfile
from pathlib import Path

from demo.slapd import Slapd
from tests.faults.backlog import disable_behind
from tests.soak import rounds

ROUNDS, BACKLOG, SECONDS = 3, 100_000, 2.0


def one(_: int) -> rounds.Figures:
    with tempfile.TemporaryDirectory(prefix="soak-", dir="/tmp") as folder:
        slapd = Slapd(Path(folder) / "slapd", overlays=("ppolicy",), size_limit=200_000).prepare().start()
        try:
            told = disable_behind(Path(folder), slapd, BACKLOG)
        finally:
            slapd.stop()
    figures = {"most_seconds_until_disabled": round(told.seconds, 2), "backlog_left_then": told.behind}
    if not told.locked or told.seconds > SECONDS:
        raise rounds.Failed([str(figures)])
    return figures


def main(arguments: list[str]) -> int:
    return rounds.main(rounds.Part("backlog", ROUNDS, one), arguments)
