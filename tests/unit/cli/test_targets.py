"""What `targets pause`, `resume` and `probe` show."""

from typing import Any

import pytest

from bridge.cli.targets import pause_lines, probe_lines

REACHED: dict[str, Any] = {
    "target": "corp",
    "reached": True,
    "server": "OpenLDAP 2.6",
    "milliseconds": 12,
    "capabilities": ["activation", "members"],
    "identity": "b28e0ac4",
    "limits": {"size": 500},
    "facts": {"TLS": "TLSv1.3"},
    "warnings": ["ppolicy is missing; load it"],
    "untouchable": ["cn=bridge,dc=example"],
}


def test_a_target_that_is_reached_says_what_it_is() -> None:
    assert [
        "corp: OpenLDAP 2.6, answered in 12 ms",
        "  can       activation, members",
        "  is        b28e0ac4",
        "  TLS       TLSv1.3",
        "  limit     size: 500",
        "  never     writes cn=bridge,dc=example",
        "  warning   ppolicy is missing; load it",
    ] == list(probe_lines(REACHED))


def test_a_target_with_entries_only_is_short() -> None:
    bare = {"capabilities": [], "identity": None, "limits": {}, "facts": {}, "warnings": [], "untouchable": []}

    assert ["corp: OpenLDAP 2.6, answered in 12 ms", "  can       entries only"] == list(probe_lines(REACHED | bare))


def test_a_target_that_is_not_reached_says_why_and_when_it_is_looked_at() -> None:
    answer = {"target": "corp", "reached": False, "cause": "TargetDown", "reason": "connection refused"}

    assert [
        "corp: not reached: connection refused (TargetDown)",
        "  it is looked at again at 2026-11-18 11:06:40 UTC",
    ] == list(probe_lines({**answer, "retry_at": 1_795_000_000_000}))


@pytest.mark.parametrize(
    ("paused", "changed", "line"),
    [
        ("the disk is exchanged", True, "corp is paused: the disk is exchanged"),
        ("the disk is exchanged", False, "corp was paused: the disk is exchanged already"),
        (None, True, "corp is not paused"),
        (None, False, "corp was not paused already"),
    ],
)
def test_a_pause_says_how_the_target_is_now(paused: str | None, changed: bool, line: str) -> None:
    assert [line] == list(pause_lines({"target": "corp", "paused": paused, "changed": changed}))
