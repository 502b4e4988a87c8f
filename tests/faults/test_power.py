"""A hundred power cuts on the daemon's own writes; `make soak PART=power` makes two thousand."""

import random
from pathlib import Path

from tests.faults.power import lost, record
from tests.faults.trace import need_strace

REQUESTS, CUTS, SEED = 400, 100, 3


def _lost(folder: Path, **altered: object) -> list[list[str]]:
    """What is wrong after each of the cuts."""
    need_strace()
    dice, what_is_left = random.Random(SEED), folder / "left"
    what_is_left.mkdir()
    recorded = record(folder, REQUESTS, SEED, **altered)
    return [lost(machine, dice, what_is_left) for machine in recorded.cuts(CUTS, dice)]


def test_the_power_fails_a_hundred_times_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    assert [[] for _ in range(CUTS)] == _lost(tmp_path)


def test_it_would_be_seen_if_commits_were_not_synced(tmp_path: Path) -> None:
    assert sum(map(bool, _lost(tmp_path, synchronous="NORMAL"))) > CUTS // 4
