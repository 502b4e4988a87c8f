"""The states of a password on its way to one target, as one table: state, event → state. What is not in it raises.

It waits until the user has an entry there, is sent before ordinary changes, and its row is erased when the target has
it. A newer one takes its place, whatever the state. What a target refuses is tried again once a day until it expires:
its policy may change, its account may be unlocked.

    waiting → due → sending → (erased: delivered, expired, or the user was deleted)
                 ├→ due       (again when due, or a newer one came)
                 ├→ waiting   (the target shall not hold the user now)
                 └→ parked → sending
"""

from __future__ import annotations

from enum import StrEnum

from bridge.plans.states import NoSuchStep


class PasswordState(StrEnum):
    """Where a password stands."""

    WAITING = "waiting"
    DUE = "due"
    SENDING = "sending"
    PARKED = "parked"


class PasswordEvent(StrEnum):
    """What happens to it."""

    LINKED = "linked"  # the user has an entry, or it was unlocked, or is wanted again
    UNLINKED = "unlinked"  # the entry is gone
    RETRIED = "retried"  # a person wants it tried now
    CLAIMED = "claimed"  # a worker took it
    PUT_OFF = "put_off"  # not now: again when due
    REFUSED = "refused"  # the target does not take it
    UNWANTED = "unwanted"  # the target shall not hold the user now
    ABANDONED = "abandoned"  # its worker died


_S, _E = PasswordState, PasswordEvent
TABLE: dict[tuple[PasswordState, PasswordEvent], PasswordState] = {
    (_S.WAITING, _E.LINKED): _S.DUE,
    (_S.DUE, _E.LINKED): _S.DUE,
    (_S.PARKED, _E.LINKED): _S.DUE,
    (_S.SENDING, _E.LINKED): _S.SENDING,
    (_S.WAITING, _E.UNLINKED): _S.WAITING,
    (_S.DUE, _E.UNLINKED): _S.WAITING,
    (_S.PARKED, _E.UNLINKED): _S.WAITING,
    (_S.SENDING, _E.UNLINKED): _S.SENDING,
    (_S.DUE, _E.RETRIED): _S.DUE,
    (_S.PARKED, _E.RETRIED): _S.DUE,
    (_S.DUE, _E.CLAIMED): _S.SENDING,
    (_S.PARKED, _E.CLAIMED): _S.SENDING,
    (_S.SENDING, _E.PUT_OFF): _S.DUE,
    (_S.SENDING, _E.REFUSED): _S.PARKED,
    (_S.SENDING, _E.UNWANTED): _S.WAITING,
    (_S.SENDING, _E.ABANDONED): _S.DUE,
}


def step(state: PasswordState, event: PasswordEvent) -> PasswordState:
    """The next state."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise NoSuchStep(f"a password that is {state} cannot be {event}") from None
