"""The states of a link, as one table: state, event → state. What is not in it raises.

A wish is raised by a change, new rules, drift, a person; the worker that claims the link is the only one that sends;
what comes of it is settled. A wish that was raised while the worker was sending leaves the link dirty, whatever came of
the sending. A worker that died leaves `sending` behind: found at start, its outcome is unknown.

    in_sync → dirty → sending → in_sync
                        ├→ dirty    (again when due, or the wish went on)
                        └→ parked   (refused: woken by a new wish or a person)
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a link stands."""

    IN_SYNC = "in_sync"
    DIRTY = "dirty"
    SENDING = "sending"
    PARKED = "parked"


class Event(StrEnum):
    """What happens to it."""

    WISHED = "wished"  # the wish was raised
    CLAIMED = "claimed"  # a worker took it
    FULFILLED = "fulfilled"  # the wish that was claimed is done
    PUT_OFF = "put_off"  # not now: again when due
    REFUSED = "refused"  # not like this
    ABANDONED = "abandoned"  # its worker died
    RETRIED = "retried"  # a person says: try again
    FORGOTTEN = "forgotten"  # a person says: what is there is not ours


class NoSuchStep(Exception):
    """The table has no such step: a bug."""


TABLE: dict[tuple[State, Event], State] = {
    (State.IN_SYNC, Event.WISHED): State.DIRTY,
    (State.DIRTY, Event.WISHED): State.DIRTY,
    (State.SENDING, Event.WISHED): State.SENDING,
    (State.PARKED, Event.WISHED): State.DIRTY,
    (State.DIRTY, Event.CLAIMED): State.SENDING,
    (State.SENDING, Event.FULFILLED): State.IN_SYNC,
    (State.SENDING, Event.PUT_OFF): State.DIRTY,
    (State.SENDING, Event.REFUSED): State.PARKED,
    (State.SENDING, Event.ABANDONED): State.DIRTY,
    (State.DIRTY, Event.RETRIED): State.DIRTY,
    (State.PARKED, Event.RETRIED): State.DIRTY,
    (State.IN_SYNC, Event.FORGOTTEN): State.IN_SYNC,
    (State.DIRTY, Event.FORGOTTEN): State.IN_SYNC,
    (State.PARKED, Event.FORGOTTEN): State.IN_SYNC,
}


def step(state: State, event: Event) -> State:
    """The next state."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise NoSuchStep(f"a link that is {state} cannot be {event}") from None
