"""20,000 runs of the simulation: 200 rounds of 100 seeds."""

from __future__ import annotations

from collections import Counter

from tests.simulation.run import run
from tests.soak import rounds

ROUNDS, SEEDS = 200, 100


def one(round_: int) -> rounds.Figures:
    figures: Counter[str] = Counter(seeds=SEEDS)
    for seed in range(round_ * SEEDS, (round_ + 1) * SEEDS):
        outcome = run(seed)
        if outcome.wrong:
            raise rounds.Failed([f"python -m tests.simulation {seed}   tells what happened", *outcome.wrong])
        figures += outcome.figures
    return figures


def main(arguments: list[str]) -> int:
    return rounds.main(rounds.Part("simulation", ROUNDS, one), arguments)
