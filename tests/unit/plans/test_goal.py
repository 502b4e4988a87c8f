"""What a target should come to hold, by the state of the resource, the ladder, and what was done before."""

from typing import Any

import pytest

from bridge.mapping import Absent, Departure, Projection, Rules, Wanted
from bridge.plans.goal import Aim, Goal, Taken, goal
from bridge.plans.ladder import Down, departure_of, down
from bridge.settings.ladder import parse_ladder
from connectors.sdk import Entry

ENTRY = Entry("users", {"uid": ("kim",)})
ACTIVE, DISABLED = Wanted(ENTRY), Wanted(ENTRY, active=False)
DELETED, LEFT = Absent(Departure.DELETED), Absent(Departure.LEFT_SCOPE)
USERS, GROUPS = Rules("users", "User", (), ""), Rules("groups", "Group", (), "", is_account=False)
HELD = Goal(Aim.HOLD, ENTRY, member=True)
LOCKED = Goal(Aim.HOLD, ENTRY, locked=True, member=True)
STAYS_LOCKED, STAYS, REMOVED = Goal(Aim.LEAVE, locked=True), Goal(Aim.LEAVE), Goal(Aim.REMOVE)


def _now(written: Any) -> Down:
    return down(parse_ladder(written), 0, 0)


@pytest.mark.parametrize(
    ("rules", "projection", "written", "lockable", "otherwise"),
    [
        (USERS, DISABLED, "lock", LOCKED, HELD),
        (USERS, DISABLED, "keep", HELD, HELD),
        (USERS, DISABLED, "delete", REMOVED, REMOVED),
        (USERS, DISABLED, "attribute:employeeType=gone|here", HELD, HELD),
        (USERS, DISABLED, ["lock", "strip-groups"], Goal(Aim.HOLD, ENTRY, True), Goal(Aim.HOLD, ENTRY)),
        (USERS, DISABLED, ["lock", "9d strip-groups", "10d delete"], LOCKED, HELD),
        (USERS, DELETED, "delete", REMOVED, REMOVED),
        (USERS, DELETED, "lock", STAYS_LOCKED, STAYS),
        (USERS, DELETED, "keep", STAYS, STAYS),
        (USERS, DELETED, "30d delete", STAYS, STAYS),
        (USERS, DELETED, ["lock", "strip-groups", "30d delete"], STAYS_LOCKED, STAYS),
        (USERS, DELETED, "attribute:x=off|on", Goal(Aim.LEAVE, off=True), Goal(Aim.LEAVE, off=True)),
        (USERS, LEFT, ["lock", "strip-groups"], STAYS_LOCKED, STAYS),
        (GROUPS, LEFT, ["lock", "strip-groups"], STAYS, STAYS),
        (GROUPS, DELETED, "lock", STAYS, STAYS),
        (GROUPS, DELETED, "delete", REMOVED, REMOVED),
    ],
)
def test_the_goal_follows_from_resource_and_ladder(
    rules: Rules, projection: Projection, written: Any, lockable: Goal, otherwise: Goal
) -> None:
    """`lockable`: where the target has a switch for accounts; `otherwise`: where it has none."""
    assert lockable == goal(rules, projection, _now(written), Taken(), can_lock=True)
    assert otherwise == goal(rules, projection, _now(written), Taken(), can_lock=False)


def test_who_is_there_to_stay_is_held_unlocked() -> None:
    assert HELD == goal(USERS, ACTIVE, Down(), Taken(), can_lock=True)


def test_a_deleted_user_stays_in_groups_only_until_the_step_that_strips() -> None:
    later = _now(["lock", "9d strip-groups"])

    assert goal(USERS, DELETED, later, Taken(), can_lock=True).member
    assert not goal(USERS, DELETED, later, Taken(stripped=True), can_lock=True).member
    assert not goal(USERS, LEFT, later, Taken(), can_lock=True).member


def test_who_is_disabled_is_wanted_where_leavers_stand() -> None:
    moved = goal(USERS, DISABLED, _now("move:left"), Taken(), can_lock=True)
    before = goal(USERS, DISABLED, _now("keep"), Taken(under="left"), can_lock=True)

    assert Entry("users", {"uid": ("kim",)}, under="left") == moved.entry == before.entry
    assert "left" == goal(USERS, DELETED, _now("move:left"), Taken(under="right"), can_lock=True).under
    assert "right" == goal(USERS, DELETED, _now("keep"), Taken(under="right"), can_lock=True).under


@pytest.mark.parametrize("projection", [DISABLED, DELETED, LEFT])
def test_what_an_earlier_departure_did_is_not_taken_back_by_another(projection: Projection) -> None:
    weaker = goal(USERS, projection, _now("keep"), Taken(locked=True, stripped=True), can_lock=True)

    assert (True, False) == (weaker.locked, weaker.member)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, Departure.DELETED),
        ({"active": True, "userType": "x"}, Departure.LEFT_SCOPE),
        ({"active": False, "userType": "x"}, Departure.LEFT_SCOPE),
        ({"active": False}, Departure.DISABLED),
        ({"active": True}, None),
        ({}, None),
    ],
)
def test_deleted_is_more_than_out_of_scope_is_more_than_disabled(body: Any, expected: Departure | None) -> None:
    rules = Rules("users", "User", (), "", in_scope=lambda body: "userType" not in body)

    assert expected == departure_of(rules, body)
