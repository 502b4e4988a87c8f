"""The tables in docs/targets are true: each behaviour stands there once, with tests that exist or a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COUNTS = {"behaviours.md": 72, "scim.md": 24}
SHORTEST_REASON = 25

_ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \|$", re.MULTILINE)
_TEST = re.compile(r"`(test_\w+)`")


def rows() -> Iterator[tuple[str, str]]:
    """What is said of each behaviour: its page and number, and what holds it."""
    for page, count in COUNTS.items():
        found = _ROW.findall((ROOT / "docs/targets" / page).read_text())
        assert list(range(1, count + 1)) == [int(number) for number, _, _ in found]
        yield from ((f"{page} {number}", held) for number, _, held in found)


@pytest.fixture(scope="module")
def tests() -> set[str]:
    """The names of all our tests, and of those of the kit."""
    files = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "connectors/sdk/testing").glob("*.py")]
    return {name for file in files for name in re.findall(r"^\s*(?:async )?def (test_\w+)", file.read_text(), re.M)}


@pytest.mark.parametrize(("number", "held"), list(rows()))
def test_a_behaviour_is_held_by_tests_that_exist_or_a_reason_says_why_not(
    number: str, held: str, tests: set[str]
) -> None:
    named = _TEST.findall(held)

    if held.startswith(("not yet: ", "not kept: ")):
        assert len(held) >= SHORTEST_REASON
    else:
        assert named
    assert set(named) <= tests
