"""The promises of the design, in 500 worlds where everything goes wrong. `make soak PART=simulation`: in 20,000."""

import os
import subprocess
import sys

import pytest

from bridge.delivery.entries import Entries
from bridge.journal import nesting
from tests.simulation.run import run

SEEDS, AT_ONCE = 500, 25
FOUND = (
    138,
    864,
    1223,
    1444,
    1835,
    2066,
    2374,
    2736,
    5951,
    6426,
    6622,
    6718,
    4807,
    6777,
    8248,
    8271,
    11011,
    12236,
    18868,
)
"""Seeds that something was found by. The dice fall otherwise once the program has changed, so each has tests of its own
in `tests/unit`, but for what was wrong with the judge or the person."""


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_no_promise_is_broken(first: int) -> None:
    """What happened in the run of a seed: `python -m tests.simulation SEED`."""
    wrong = {seed: each for seed in range(first, first + AT_ONCE) if (each := run(seed).wrong)}

    assert {} == wrong


def test_what_was_found_once_is_not_found_again() -> None:
    assert {} == {seed: each for seed in FOUND if (each := run(seed).wrong)}


def test_a_seed_is_one_run() -> None:
    """Whatever the process, and however it hashes."""
    command = [sys.executable, "-m", "tests.simulation", "1223"]
    environments = [{**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2")]
    told = [subprocess.run(command, env=each, stdout=subprocess.PIPE, check=True).stdout for each in environments]

    assert told[0] == told[1]


def test_a_create_that_is_repeated_blindly_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check of the simulation: without the look before a create is repeated, there are twins."""

    async def nothing_there(*_: object) -> bool:
        return False

    monkeypatch.setattr(Entries, "recognise", nothing_there)
    wrong = [each for seed in range(AT_ONCE) for each in run(seed).wrong]

    assert any("entries" in each for each in wrong)


def test_a_group_above_that_is_not_told_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another: a user who joins a nested group does not come to the flattened groups that it is in."""
    monkeypatch.setitem(nesting._SQL, "above", "SELECT value FROM json_each(:groups)")
    wrong = [each for seed in range(AT_ONCE) for each in run(seed).wrong]

    assert any("has the members" in each for each in wrong)
