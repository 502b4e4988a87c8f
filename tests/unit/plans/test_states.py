"""The states of a link: every step, and nothing beside them."""

from itertools import product

import pytest

from bridge.plans.states import TABLE, Event, NoSuchStep, State, step

STEPS = {
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


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)), ids=str)
def test_a_step_is_in_the_table_or_raises(state: State, event: Event) -> None:
    if (state, event) in STEPS:
        assert STEPS[state, event] == step(state, event)
    else:
        with pytest.raises(NoSuchStep, match=f"{state} cannot be {event}"):
            step(state, event)


def test_only_a_worker_that_has_the_link_settles_it() -> None:
    settling = {Event.FULFILLED, Event.PUT_OFF, Event.REFUSED, Event.ABANDONED}

    assert {State.SENDING} == {state for state, event in TABLE if event in settling}


def test_no_state_is_a_dead_end() -> None:
    """From everywhere a new wish comes to be delivered."""
    for start in State:
        reached = {start}
        while more := {after for (state, _), after in TABLE.items() if state in reached} - reached:
            reached |= more

        assert State.IN_SYNC in reached
