"""A directory away for ten minutes under 100 changes a second, and how the edge, the others and the drain fared."""

from __future__ import annotations

import tempfile
from pathlib import Path

from demo.slapd import Slapd
from tests.faults.away import go_away
from tests.soak import rounds

RATE, NORMAL, AWAY, USERS = 100, 60, 600, 5000
SLOWER, FASTER, LAG = 1.5, 3.0, 2.0
"""The edge's 99th percentile may grow by the first; the drain is the second times the rate; others lag in seconds."""


def one(seed: int) -> rounds.Figures:
    with tempfile.TemporaryDirectory(prefix="soak-", dir="/tmp") as folder:
        slapd = Slapd(Path(folder) / "slapd", overlays=("ppolicy",), size_limit=100_000).prepare().start()
        try:
            told = go_away(Path(folder), slapd, users=USERS, rate=RATE, normal=NORMAL, away=AWAY, seed=seed)
        finally:
            slapd.stop()
    figures = {
        "changes": told.changes,
        "refused": told.normal.refused + told.away.refused,
        "backlog": told.backlog,
        "p99_ms_before": round(told.normal.p99 * 1000, 1),
        "p99_ms_while_away": round(told.away.p99 * 1000, 1),
        "drained_per_second": round(told.drained),
        "lag_of_others_before": told.normal.lag,
        "lag_of_others_while_away": told.away.lag,
    }
    slow = told.away.p99 > SLOWER * told.normal.p99 or told.drained < FASTER * RATE
    if told.wrong or figures["refused"] or slow or told.away.lag > told.normal.lag + LAG:
        raise rounds.Failed([*told.wrong, str(figures)])
    return figures


def main(arguments: list[str]) -> int:
    return rounds.main(rounds.Part("away", 1, one), arguments)
