"""What a target should come to hold of one resource: projection + policies + link → goal. Pure.

Goals are levels, not steps: the same goal may be worked for any number of times.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bridge.mapping import Absent, AbsentReason, Projection, Rules, Wanted
from bridge.settings import OnDelete, OnLeave
from connectors.sdk import Entry


class Aim(StrEnum):
    """What should become of the entry."""

    HOLD = "hold"  # it is there, and as it is wanted
    REMOVE = "remove"  # it is not there
    LEAVE = "leave"  # whatever is there stays as it is


@dataclass(frozen=True, slots=True)
class Goal:
    """`entry` is given to be held; `locked`: the account may not be used; `member`: groups may name it."""

    aim: Aim
    entry: Entry | None = None
    locked: bool = False
    member: bool = False


def goal(rules: Rules, projection: Projection, *, can_lock: bool) -> Goal:
    """What the target should come to hold; `can_lock`: it has a switch of its own for accounts."""
    can_lock = can_lock and rules.is_account
    if isinstance(projection, Wanted):
        return _wanted(rules, projection, can_lock)
    return _absent(rules, projection, can_lock)


def must_lock_first(rules: Rules, *, active: bool, in_scope: bool, can_lock: bool) -> bool:
    """Whether the account must be locked, whatever the mapping says: asked before anything is projected."""
    if not can_lock or not rules.is_account:
        return False
    if not in_scope:
        return rules.on_leave is OnLeave.DISABLE
    return not active and rules.on_disable in ("lock", None)


def _wanted(rules: Rules, wanted: Wanted, can_lock: bool) -> Goal:
    if wanted.active:
        return Goal(Aim.HOLD, wanted.entry, member=True)
    if rules.on_disable == "delete":
        return Goal(Aim.REMOVE)
    locked = can_lock and rules.on_disable in ("lock", None)
    return Goal(Aim.HOLD, wanted.entry, locked=locked, member=True)


def _absent(rules: Rules, absent: Absent, can_lock: bool) -> Goal:
    if absent.reason is AbsentReason.DELETED:
        match rules.on_delete:
            case OnDelete.DELETE:
                return Goal(Aim.REMOVE)
            case OnDelete.LOCK:
                return Goal(Aim.LEAVE, locked=can_lock)
            case OnDelete.KEEP:
                return Goal(Aim.LEAVE)
    match rules.on_leave:
        case OnLeave.DELETE:
            return Goal(Aim.REMOVE)
        case OnLeave.DISABLE:
            return Goal(Aim.LEAVE, locked=can_lock)
        case OnLeave.KEEP:
            return Goal(Aim.LEAVE)
