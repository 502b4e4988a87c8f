"""What a target should come to hold, by the state of the resource and the policies."""

from typing import Any

import pytest

from bridge.mapping import Absent, AbsentReason, Projection, Rules, Wanted
from bridge.plans.goal import Aim, Goal, goal, must_lock_first
from bridge.settings import OnDelete, OnLeave
from connectors.sdk import Entry

ENTRY = Entry("users", {"uid": ("kim",)})
ACTIVE, DISABLED = Wanted(ENTRY), Wanted(ENTRY, active=False)
DELETED, LEFT = Absent(AbsentReason.DELETED), Absent(AbsentReason.LEFT_SCOPE)
HELD = Goal(Aim.HOLD, ENTRY, member=True)
LOCKED = Goal(Aim.HOLD, ENTRY, locked=True, member=True)
STAYS_LOCKED, STAYS, REMOVED = Goal(Aim.LEAVE, locked=True), Goal(Aim.LEAVE), Goal(Aim.REMOVE)


def _rules(**policies: Any) -> Rules:
    return Rules("users", "User", (), "", **policies)


def _groups(**policies: Any) -> Rules:
    return Rules("groups", "Group", (), "", is_account=False, **policies)


@pytest.mark.parametrize(
    ("rules", "projection", "lockable", "otherwise"),
    [
        (_rules(), ACTIVE, HELD, HELD),
        (_rules(), DISABLED, LOCKED, HELD),
        (_rules(on_disable="lock"), DISABLED, LOCKED, HELD),
        (_rules(on_disable="keep"), DISABLED, HELD, HELD),
        (_rules(on_disable="delete"), DISABLED, REMOVED, REMOVED),
        (_rules(on_disable="delete"), ACTIVE, HELD, HELD),
        (_rules(on_disable="attribute:employeeType=gone|here"), DISABLED, HELD, HELD),
        (_rules(), DELETED, REMOVED, REMOVED),
        (_rules(on_delete=OnDelete.LOCK), DELETED, STAYS_LOCKED, STAYS),
        (_rules(on_delete=OnDelete.KEEP), DELETED, STAYS, STAYS),
        (_rules(), LEFT, STAYS_LOCKED, STAYS),
        (_rules(on_leave=OnLeave.DELETE), LEFT, REMOVED, REMOVED),
        (_rules(on_leave=OnLeave.KEEP), LEFT, STAYS, STAYS),
        (_groups(), LEFT, STAYS, STAYS),
        (_groups(), DISABLED, HELD, HELD),
        (_groups(on_delete=OnDelete.LOCK), DELETED, STAYS, STAYS),
        (_groups(on_delete=OnDelete.DELETE), DELETED, REMOVED, REMOVED),
    ],
)
def test_the_goal_follows_from_resource_and_policy(
    rules: Rules, projection: Projection, lockable: Goal, otherwise: Goal
) -> None:
    """`lockable`: where the target has a switch for accounts; `otherwise`: where it has none."""
    assert lockable == goal(rules, projection, can_lock=True)
    assert otherwise == goal(rules, projection, can_lock=False)


@pytest.mark.parametrize(
    ("rules", "active", "in_scope", "expected"),
    [
        (_rules(), True, True, False),
        (_rules(), False, True, True),
        (_rules(on_disable="lock"), False, True, True),
        (_rules(on_disable="keep"), False, True, False),
        (_rules(on_disable="delete"), False, True, False),
        (_rules(), True, False, True),
        (_rules(on_leave=OnLeave.KEEP), True, False, False),
        (_rules(on_leave=OnLeave.KEEP), False, False, False),
        (_groups(), False, False, False),
    ],
)
def test_a_lock_comes_before_the_mapping(rules: Rules, active: bool, in_scope: bool, expected: bool) -> None:
    assert expected == must_lock_first(rules, active=active, in_scope=in_scope, can_lock=True)
    assert not must_lock_first(rules, active=active, in_scope=in_scope, can_lock=False)
