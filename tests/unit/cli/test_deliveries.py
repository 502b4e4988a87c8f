"""What `deliveries` shows a person."""

from typing import Any

from bridge.cli.deliveries import _listed, _retried

LINK: dict[str, Any] = {
    "target": "corp",
    "name": "kim",
    "kind": "users",
    "state": "parked",
    "waits_for": None,
    "due": 1_795_000_000_000,
    "attempts": 2,
    "error": "Refused",
    "code": "65",
    "attribute": "sn",
    "text": "sn is missing",
    "fix": "map sn",
}


def test_what_is_parked_says_why_and_what_to_do() -> None:
    assert [
        "corp: kim (users): parked, 2 attempts",
        "    sn: sn is missing (code 65)",
        "    → map sn",
    ] == list(_listed({"count": 1, "deliveries": [LINK], "parked_passwords": []}))


def test_what_was_put_off_says_until_when_and_what_is_left_out_is_counted() -> None:
    link = {**LINK, "state": "dirty", "error": None, "fix": None, "attempts": 0}

    assert [
        "corp: kim (users): dirty, due 2026-11-18 11:06:40 UTC",
        "… and 7 more (--limit N shows more)",
    ] == list(_listed({"count": 8, "deliveries": [link], "parked_passwords": []}))


def test_a_password_that_is_refused_says_why() -> None:
    parked = {"target": "corp", "name": "kim", "error": "Refused", "code": "weak", "text": "too short"}

    assert ["corp: kim: its password is parked: too short (code weak)"] == list(
        _listed({"count": 0, "deliveries": [], "parked_passwords": [parked]})
    )


def test_nothing_to_list_is_said() -> None:
    assert ["everything is delivered"] == list(_listed({"count": 0, "deliveries": [], "parked_passwords": []}))


def test_what_was_retried_is_counted() -> None:
    answer = {"target": "corp", "unparked": 2, "hastened": 1, "passwords": 0, "waits": "corp is paused: by an operator"}

    assert ["corp: 2 parked and 1 put off are due now", "  but corp is paused: by an operator"] == list(
        _retried(answer)
    )
    secrets = {**answer, "unparked": 0, "hastened": 0, "passwords": 3, "waits": None}
    assert ["corp: 0 parked and 0 put off are due now, and 3 passwords"] == list(_retried(secrets))
    nothing = {**secrets, "passwords": 0}
    assert ["corp: nothing of that was parked or put off"] == list(_retried(nothing))
