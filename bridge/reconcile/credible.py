"""Whether a read is good enough to conclude anything from what was absent. Pure.

A server that lost a database, a right that was taken away, a page that ended early: all look like a target from
which people have left. Where no linked entry is absent, nothing is concluded from absence, and the read is good
however many foreign entries went.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.journal.runs import Read

SHARE = 90
"""Per cent of the entries of the last good run that must have been read again, rounded down: one of five may go."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one kind. `linked` counts our entries when the run began, `absent` those of them that should be
    there and were not read, `ours` those that were read and are ours by now.
    """

    kind: str
    complete: bool
    entries: int
    linked: int
    absent: int
    ours: int


def doubt(reading: Reading, before: Read | None, *, fewer: bool = False) -> str | None:
    """Why the read is not credible, in plain words; None where it is. `before` is what the last good run read.

    `fewer`: a person says that the target rightly holds fewer entries than it did.
    """
    if not reading.complete:
        return f"the read of {reading.kind} ended early after {reading.entries} entries"
    if not reading.absent:
        return None
    if not reading.entries:
        return f"the read of {reading.kind} was empty, and {reading.linked} of its entries are ours"
    needed = _expected(reading, before) * SHARE // 100
    if fewer or reading.entries >= needed:
        return None
    return (
        f"the read of {reading.kind} found {reading.entries} entries where at least {needed} "
        f"were expected ({reading.absent} of ours were not among them); if that is right: reconcile --fewer"
    )


def _expected(reading: Reading, before: Read | None) -> int:
    """What the last good run read, without those we deleted since; on a first run, what we have linked."""
    if before is None:
        return reading.linked
    return before.entries - max(0, before.linked - reading.linked)
