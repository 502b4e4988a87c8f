"""Two thousand power cuts: 20 rounds of 100, each on the writes of a daemon of its own."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from tests.faults.power import lost, record
from tests.soak import rounds

ROUNDS, CUTS, REQUESTS = 20, 100, 400


def one(seed: int) -> rounds.Figures:
    dice, told, wrong = random.Random(seed), 0, []
    with tempfile.TemporaryDirectory(prefix="soak-", dir="/tmp") as folder:
        recorded = record(Path(folder), REQUESTS, seed)
        left = Path(folder) / "left"
        left.mkdir()
        for machine in recorded.cuts(CUTS, dice):
            told += len(machine.told)
            wrong += lost(machine, dice, left)
    if wrong:
        raise rounds.Failed(wrong)
    return {"cuts": CUTS, "calls_recorded": len(recorded.calls), "acknowledged_resources_looked_for": told}


def main(arguments: list[str]) -> int:
    return rounds.main(rounds.Part("power", ROUNDS, one), arguments)
