"""What `status` shows a person."""

from typing import Any

import pytest

from bridge.cli.status import lines

TARGET = {
    "connector": "ldap",
    "breaker": "closed",
    "reason": None,
    "retry_at": None,
    "paused": None,
    "entries": 1200,
    "backlog": 0,
    "parked": 0,
    "held": 0,
    "waiting": 0,
    "oldest_undelivered_seconds": None,
    "passwords": 0,
    "passwords_parked": 0,
    "oldest_password_seconds": None,
}
STATUS = {"running": True, "targets": {"corp": TARGET}, "parked": [], "parked_passwords": [], "held": []}
PARKED = {
    "target": "corp",
    "name": "kim",
    "attribute": "sn",
    "text": "sn is missing",
    "code": "65",
    "fix": "map sn",
}


def _lines(*parked: dict[str, Any], running: bool = True, **fields: Any) -> list[str]:
    status = {**STATUS, "running": running, "targets": {"corp": {**TARGET, **fields}}, "parked": list(parked)}
    return list(lines(status))


def test_a_target_that_is_well_is_one_line_in_the_table() -> None:
    heading, row = _lines()

    assert ["TARGET", "CONNECTOR", "STATE"] == heading.split()[:3]
    assert ["corp", "ldap", "up", "1200", "0", "-", "0", "0", "0"] == row.split()


def test_columns_stand_under_their_headings() -> None:
    heading, row = _lines(backlog=123456789)

    assert heading.index("BACKLOG") == row.index("123456789")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0 s"), (59, "59 s"), (90, "2 min"), (7200, "2 h"), (3 * 86400, "3 d")]
)
def test_ages_are_read_at_a_glance(seconds: float, shown: str) -> None:
    assert shown in _lines(oldest_undelivered_seconds=seconds)[1]


def test_a_target_that_is_down_says_why_and_when_it_is_looked_at() -> None:
    shown = _lines(breaker="open", reason="connection refused", retry_at=1_700_000_000_000)

    assert " down " in shown[1]
    assert "corp is not called: connection refused (next look at 22:13:20 UTC)" == shown[2]


def test_a_paused_target_says_by_whom() -> None:
    shown = _lines(paused="maintenance")

    assert " paused " in shown[1]
    assert "corp is paused: maintenance" in shown


def test_what_is_parked_comes_with_what_to_do() -> None:
    assert ["parked at corp: kim: sn: sn is missing (code 65)", "    → map sn"] == _lines(PARKED)[2:]


def test_what_is_parked_without_details_is_a_plain_line() -> None:
    assert ["parked at corp: kim: no"] == _lines(
        {**PARKED, "attribute": None, "code": None, "fix": None, "text": "no"}
    )[2:]


def test_without_a_daemon_it_is_said_where_this_comes_from() -> None:
    assert "not running" in _lines(running=False)[0]


def test_a_bridge_without_targets_has_a_table_all_the_same() -> None:
    (heading,) = lines({**STATUS, "targets": {}})

    assert heading.startswith("TARGET")


def test_a_held_plan_says_how_it_is_decided() -> None:
    plan = {"target": "corp", "plan": "corp-7", "reason": "60 entries would be deleted; 50 are allowed (deletes)"}
    status = {**STATUS, "held": [plan]}

    assert [
        "held at corp: 60 entries would be deleted; 50 are allowed (deletes)",
        "    → scim-bridge plan corp-7; then scim-bridge approve corp-7, or reject it",
    ] == list(lines(status))[2:]


def test_passwords_that_wait_are_counted_and_one_that_is_refused_says_why() -> None:
    shown = _lines(passwords=3, oldest_password_seconds=7200)
    refused = {**PARKED, "attribute": "password", "text": "too short", "code": "weak", "fix": "choose another"}

    assert "corp: 3 passwords wait, the oldest for 2 h" == shown[2]
    assert ["password parked at corp: kim: too short (code weak)", "    → choose another"] == list(
        lines({**STATUS, "parked_passwords": [refused]})
    )[2:]


def test_a_target_in_maintenance_says_until_when_and_what_waits_for_another_for_whom() -> None:
    target = {**TARGET, "closed_until": 1_795_000_000_000, "waits_for": {"hr": 12}}
    shown = list(lines({**STATUS, "targets": {"corp": target}}))

    assert "maintenance" in shown[1]
    assert "corp is in maintenance until 2026-11-18 11:06:40 UTC" in shown
    assert "corp: 12 wait until hr has them" in shown
