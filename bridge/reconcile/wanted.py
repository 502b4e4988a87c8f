"""What a target should hold of a resource, asked about findings alone: delivery decides by the same goal. Pure.

An entry that is only left where it is (its user was deleted with `on_delete = "keep"`, say) is neither different
nor missing, whatever becomes of it.
"""

from __future__ import annotations

from bridge.journal.resources import Stored
from bridge.mapping import MappingFailed, Rules, project
from bridge.plans.goal import Aim, Goal, Taken, goal
from bridge.plans.ladder import Down, departure_of, down
from connectors.sdk import Entry


def is_wanted(rules: Rules, stored: Stored | None) -> bool:
    """Whether the target should hold an entry of the resource."""
    try:
        return _goal(rules, stored).aim is Aim.HOLD
    except MappingFailed:
        return True


def wanted_entry(rules: Rules, stored: Stored | None) -> Entry | None:
    """The entry that the target should hold of the resource; None where it should hold none, or none can be made."""
    try:
        return _goal(rules, stored).entry
    except MappingFailed:
        return None


def _goal(rules: Rules, stored: Stored | None) -> Goal:
    """Who leaves has come down the first steps at once; an entry that a later step removed is linked no more."""
    body = _body(stored)
    departure = departure_of(rules, body)
    first = down(rules.ladders[departure], 0, 0) if departure else Down()
    return goal(rules, project(rules, body), first, Taken(), can_lock=False)


def _body(stored: Stored | None) -> dict[str, object] | None:
    if stored is None or stored.deleted is not None:
        return None
    meta = {"resourceType": stored.type, "created": stored.created, "lastModified": stored.modified}
    return {**stored.body, "id": stored.id, "meta": meta}
