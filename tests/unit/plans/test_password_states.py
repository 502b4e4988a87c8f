"""The states of a password: every step, and nothing beside them."""

from itertools import product

import pytest

from bridge.plans.password_states import TABLE, PasswordEvent, PasswordState, step
from bridge.plans.states import NoSuchStep

_S, _E = PasswordState, PasswordEvent
STEPS = {
    **{(state, _E.LINKED): _S.DUE for state in (_S.WAITING, _S.DUE, _S.PARKED)},
    **{(state, _E.UNLINKED): _S.WAITING for state in (_S.WAITING, _S.DUE, _S.PARKED)},
    (_S.SENDING, _E.LINKED): _S.SENDING,
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


@pytest.mark.parametrize(("state", "event"), list(product(PasswordState, PasswordEvent)), ids=str)
def test_a_step_is_in_the_table_or_raises(state: PasswordState, event: PasswordEvent) -> None:
    if (state, event) in STEPS:
        assert STEPS[state, event] == step(state, event)
    else:
        with pytest.raises(NoSuchStep, match=f"{state} cannot be {event}"):
            step(state, event)


def test_no_state_is_a_dead_end() -> None:
    """From everywhere it may come to be sent."""
    for start in PasswordState:
        reached = {start}
        while more := {after for (state, _), after in TABLE.items() if state in reached} - reached:
            reached |= more

        assert PasswordState.SENDING in reached
