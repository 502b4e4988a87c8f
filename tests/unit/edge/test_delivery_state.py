"""One target's value of the Delivery extension, from what the journal knows."""

from dataclasses import replace

import pytest

from bridge.edge.delivery_state import value
from bridge.journal.deliveries import Delivery

NOON = 1_700_000_000_000
NEW = Delivery("corp", "dirty", 0, NOON, *[None] * 7, "closed", None, None, None, waits=False, waits_for=None)
KEPT = replace(NEW, state="in_sync", version=3, locator="uid=kim,ou=people")
DOWN = replace(NEW, breaker="open", cause="TargetDown", reason="connection refused", retry_at=NOON + 30_000)
REFUSED = replace(
    KEPT, state="parked", error="Refused", code="65", attribute="sn", text="sn is missing", fix="map sn", at=NOON
)
WORDS = {
    "errorClass": "Refused",
    "errorCode": "65",
    "errorAttribute": "sn",
    "error": "sn is missing",
    "errorFix": "map sn",
    "errorAt": "2023-11-14T22:13:20.000Z",
}


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        (NEW, {"state": "dirty", "nextAttempt": "2023-11-14T22:13:20.000Z"}),
        (replace(NEW, state="sending"), {"state": "sending"}),
        (KEPT, {"state": "in_sync", "version": 'W/"3"', "locator": "uid=kim,ou=people"}),
        (replace(KEPT, waits=True), {"state": "waiting", "version": 'W/"3"', "locator": "uid=kim,ou=people"}),
        (replace(NEW, waits=True), {"state": "dirty", "nextAttempt": "2023-11-14T22:13:20.000Z"}),
        (REFUSED, {"state": "parked", "version": 'W/"3"', "locator": "uid=kim,ou=people", **WORDS}),
    ],
)
def test_a_target_is_shown_as_its_link_stands(delivery: Delivery, expected: dict[str, str]) -> None:
    assert {"target": "corp", **expected} == value(delivery)


def test_nobody_knows_when_what_waits_for_another_target_is_tried() -> None:
    assert "nextAttempt" not in value(replace(NEW, waits_for="hr"))


def test_while_the_target_is_down_its_own_error_and_next_look_are_shown() -> None:
    shown = value(DOWN)

    assert ("TargetDown", "connection refused") == (shown["errorClass"], shown["error"])
    assert "2023-11-14T22:13:50.000Z" == shown["nextAttempt"]


def test_a_link_that_has_an_error_of_its_own_keeps_it_while_the_target_is_down() -> None:
    shown = value(replace(REFUSED, state="dirty", breaker="open", cause="TargetDown", reason="connection refused"))

    assert WORDS == {name: each for name, each in shown.items() if name.startswith("error")}


def test_what_the_target_has_is_not_marred_by_its_outage() -> None:
    assert value(KEPT) == value(replace(KEPT, breaker="open", cause="TargetDown", reason="connection refused"))
