"""How a delivery stands, in a word and a sentence."""

from typing import Any

from bridge.delivery.verdict import Standing, verdict
from bridge.journal.holds import Hold, HoldState, Operation
from bridge.journal.mending import Shown
from bridge.plans.breaker import Breaker, BreakerState

NOW = 1_795_000_000_000
LINK = Shown(
    target="corp",
    resource="1",
    kind="users",
    state="in_sync",
    lane=1,
    wish=3,
    done=3,
    due=NOW,
    attempts=0,
    version=3,
    entry_id="e1",
    locator="uid=kim",
    claim="uid=kim",
    waits_claim=None,
    waits_for=None,
    disabled=False,
    member=True,
    intent=False,
    verify=False,
    error=None,
    code=None,
    attribute=None,
    text=None,
    fix=None,
    at=None,
    departure=None,
    departed=None,
    next_step=None,
    name="kim",
)
DOWN = Breaker(BreakerState.OPEN, "TargetDown", "connection refused", 3, NOW + 5000)


def _link(**fields: Any) -> Shown:
    return Shown(**{**LINK.as_json(), **fields})


def _says(link: Shown, holds: tuple[Hold, ...] = (), **more: Any) -> tuple[str, str]:
    standing = {"paused": None, "breaker": Breaker(), "waits": 0, **more}
    return verdict(Standing(link, holds, **standing), NOW)


def _hold(state: HoldState) -> Hold:
    return Hold(Operation.DISABLE, state, "corp@3", 4, 3, "", 1, "6 disables within the hour; the limit is 5", NOW)


def test_what_is_in_sync_is_delivered() -> None:
    assert ("in_sync", "delivered") == _says(LINK)
    assert ("in_sync", "delivered: it has no entry there") == _says(_link(entry_id=None), wanted=False)


def test_what_should_have_an_entry_and_has_none_was_unlinked() -> None:
    state, says = _says(_link(entry_id=None))

    assert ("unlinked", True) == (state, "a person unlinked it" in says)


def test_what_is_held_names_the_plan_and_the_limit() -> None:
    state, says = _says(LINK, (_hold(HoldState.HELD),))

    assert "held" == state
    assert "disable waits in plan corp@3: 6 disables within the hour; the limit is 5" == says


def test_what_a_person_rejected_says_so() -> None:
    assert ("held", "a person rejected this until the next change: disable") == _says(
        LINK, (_hold(HoldState.REJECTED),)
    )


def test_what_a_person_approved_is_no_hold() -> None:
    assert "in_sync" == _says(LINK, (_hold(HoldState.APPROVED),))[0]


def test_who_is_named_and_not_there_is_waited_for() -> None:
    assert ("waiting", "delivered, but 2 that it names have no entry there yet") == _says(LINK, waits=2)


def test_what_is_parked_says_since_when_why_and_what_to_do() -> None:
    error = {"error": "Refused", "code": "65", "attribute": "sn", "text": "sn is missing", "fix": "map sn"}
    state, says = _says(_link(state="parked", at=NOW, **error))

    assert "parked" == state
    assert "it waits for a person since 2026-11-18 11:06:40 UTC: sn: sn is missing (code 65); map sn" == says


def test_what_is_due_is_due_now() -> None:
    assert ("dirty", "it is due now") == _says(_link(state="dirty"))


def test_what_was_put_off_says_why_and_until_when() -> None:
    link = _link(state="dirty", due=NOW + 2000, error="OutcomeUnknown", text="no answer within 10 s", code="timeout")

    assert (
        "the last attempt came to this: no answer within 10 s (code timeout); "
        "it is tried again at 2026-11-18 11:06:42 UTC"
    ) == _says(link)[1]


def test_a_target_that_is_down_is_named_with_its_reason_and_its_next_look() -> None:
    assert (
        "it waits, for corp is not called: connection refused; it is tried again at 2026-11-18 11:06:45 UTC"
    ) == _says(_link(state="dirty", error="TargetDown", text="connection refused"), breaker=DOWN)[1]


def test_nobody_knows_when_a_paused_target_goes_on() -> None:
    assert "it waits, for corp is paused: maintenance" == _says(_link(state="dirty"), paused="maintenance")[1]


def test_a_target_in_maintenance_says_until_when() -> None:
    end = "2026-11-18 11:07:40 UTC"

    assert (
        f"it waits, for corp is in maintenance until {end}; it is tried again at {end}"
        == _says(_link(state="dirty"), closed_until=NOW + 60_000)[1]
    )


def test_a_place_that_another_has_is_named() -> None:
    assert (
        "it waits for the place uid=kim, which another resource has"
        in _says(_link(state="dirty", waits_claim="uid=kim"))[1]
    )


def test_what_waits_for_another_target_says_for_which_and_why_that_has_it_not() -> None:
    link = _link(state="dirty", waits_for="hr", due=NOW + 86_400_000, error="Waiting", text="hr does not have it yet")
    first = _link(target="hr", state="dirty", error=None)
    refused = {"error": "Refused", "text": "sn is missing", "code": "65"}

    assert "it waits until hr has it" == _says(link)[1]
    assert "it waits until hr has it, where it is not delivered yet" == _says(link, first=first)[1]
    parked = Shown(**{**first.as_json(), "state": "parked", **refused})
    assert "it waits until hr has it, where it is parked: sn is missing (code 65)" == _says(link, first=parked)[1]
    paused = _says(link, first=first, trouble="hr is paused: maintenance")[1]
    assert "it waits until hr has it; hr is paused: maintenance" == paused
    held = Shown(**{**first.as_json(), "state": "in_sync"})
    assert "it waits until hr has it, where a part of it is held" in _says(link, first=held)[1]


def test_what_is_under_way_says_so() -> None:
    assert "sending" == _says(_link(state="sending"))[0]
