"""A thousand times kill -9 under the load of 64 clients: 25 rounds of 40 kills, each on a slapd of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path

from demo.slapd import Slapd
from tests.faults.kills import kill_again_and_again
from tests.soak import rounds

ROUNDS, KILLS = 25, 40
READY = 3.0
"""Seconds within which a daemon must be ready again."""


def one(seed: int) -> rounds.Figures:
    with tempfile.TemporaryDirectory(prefix="soak-", dir="/tmp") as folder:
        slapd = Slapd(Path(folder) / "slapd", overlays=("ppolicy",), size_limit=100_000).prepare().start()
        try:
            told = kill_again_and_again(Path(folder), slapd, KILLS, seed)
        finally:
            slapd.stop()
    slow = [f"ready only after {seconds:.1f} s" for seconds in told.ready if seconds > READY]
    if told.wrong or slow:
        raise rounds.Failed(told.wrong + slow)
    return {
        "kills": told.kills,
        "acknowledged": told.acknowledged,
        "most_seconds_until_ready": round(max(told.ready), 2),
    }


def main(arguments: list[str]) -> int:
    return rounds.main(rounds.Part("kill", ROUNDS, one), arguments)
