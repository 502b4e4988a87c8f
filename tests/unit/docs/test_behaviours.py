"""docs/targets/behaviours.md is true: each of 72 behaviours stands there once, with tests that exist or a reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COUNT = 72
SHORTEST_REASON = 25

_ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \|$", re.MULTILINE)
_TEST = re.compile(r"`(test_\w+)`")


def rows() -> dict[int, str]:
    """What is said of each behaviour."""
    found = _ROW.findall((ROOT / "docs/targets/behaviours.md").read_text())
    numbers = [int(number) for number, _, _ in found]
    assert list(range(1, COUNT + 1)) == numbers
    return {int(number): held for number, _, held in found}


@pytest.fixture(scope="module")
def tests() -> set[str]:
    """The names of all our tests, and of those of the kit."""
    files = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "connectors/sdk/testing").glob("*.py")]
    return {name for file in files for name in re.findall(r"^\s*(?:async )?def (test_\w+)", file.read_text(), re.M)}


@pytest.mark.parametrize(("number", "held"), rows().items())
def test_a_behaviour_is_held_by_tests_that_exist_or_a_reason_says_why_not(
    number: int, held: str, tests: set[str]
) -> None:
    named = _TEST.findall(held)

    if held.startswith(("not yet: ", "not kept: ")):
        assert len(held) >= SHORTEST_REASON
    else:
        assert named
    assert set(named) <= tests
