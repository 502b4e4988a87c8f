"""Compare an entry as it was read with the entry as it was applied last. Pure.

What is compared is what delivery would compare (`mapping.delta`): mapped attributes alone, by the target's own
rules of equality; seeded ones never, merged ones only for our own values. A finding names attributes, not values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bridge.journal.findings import Finding, Sort
from bridge.journal.scratch import Linked
from bridge.mapping.delta import Normalise, delta
from bridge.mapping.entry_json import decode, encode
from bridge.mapping.rules import Rules
from bridge.settings.kinds import Ownership
from connectors.sdk import Change, Entry, Verb

MEMBERS = "members"
"""The word by which a connector's `normalise` knows a group's members, whatever holds them at the target."""


@dataclass(frozen=True, slots=True)
class Actual:
    """An entry as it was read, and the normalised place it was read at."""

    entry: Entry
    place: str


def compare(link: Linked, actual: Actual, rules: Rules, normalise: Normalise, members: Iterable[str]) -> Finding | None:
    """Say how the entry differs from what was applied last; None where it does not.

    `members` are those that were applied; they are asked for only where the entry says which it has.
    """
    changes = _changes(link, actual.entry, rules, normalise)
    moved = link.claim is not None and link.claim != actual.place
    if actual.entry.members is None and not changes and not moved:
        return None
    finding = Finding(
        sort=Sort.DIFFERENT,
        kind=link.kind,
        resource=link.resource,
        locator=link.locator,
        wish=link.wish,
        changes=changes,
        moved=moved,
    )
    if actual.entry.members is not None:
        finding = _with_members(finding, rules, actual.entry, members, normalise)
    differs = changes or moved or finding.members_added or finding.members_removed
    return finding if differs else None


def _changes(link: Linked, entry: Entry, rules: Rules, normalise: Normalise) -> tuple[tuple[str, str], ...]:
    if link.applied is None or link.applied == encode(Entry(link.kind, entry.attributes)):
        return ()  # to the letter as it was applied, as nearly always
    applied = decode(link.applied)
    changes = delta(rules, entry.attributes, applied, normalise, applied.attributes)
    if link.rules != rules.fingerprint:  # other rules made it: what they left without a value says nothing
        changes = tuple(change for change in changes if applied.attributes.get(change.attribute))
    return tuple((change.attribute, _operation(change)) for change in changes)


def _operation(change: Change) -> str:
    return "clear" if change.verb is Verb.REPLACE and not change.values else change.verb.value


def _with_members(
    finding: Finding, rules: Rules, entry: Entry, applied: Iterable[str], normalise: Normalise
) -> Finding:
    """Members that others added count where all members are ours; one of ours that is there in part is none."""
    have = (entry.members or (), entry.half_members, tuple(applied))
    there, half, ours = (normalise(finding.kind, MEMBERS, members) for members in have)
    added = len((there | half) - ours) if rules.ownership is Ownership.ALL else 0
    removed = len(ours - there)
    return replace(finding, members=len(there), members_added=added, members_removed=removed)
