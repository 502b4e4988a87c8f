"""The order of operations that need each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.scim.bulk_order import in_order

GRAPHS = st.integers(1, 12).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, size - 1), max_size=4), min_size=size, max_size=size)
)


def test_without_needs_all_stay_in_their_place() -> None:
    assert [[0], [1], [2]] == list(in_order([[], [], []]))


def test_what_is_needed_is_drawn_forward_and_nothing_else() -> None:
    assert [[2], [0], [1], [3]] == list(in_order([[2], [], [], [1]]))


def test_a_circle_is_one_group() -> None:
    assert [[0, 2], [1], [3]] == list(in_order([[2], [], [0], [3]]))


def test_a_chain_as_long_as_a_bulk_is_no_trouble() -> None:
    assert [[place] for place in reversed(range(5000))] == list(in_order([[place + 1] for place in range(4999)] + [[]]))


@given(GRAPHS)
def test_every_group_comes_after_all_that_it_needs(needs: list[list[int]]) -> None:
    groups = list(in_order(needs))

    assert list(range(len(needs))) == sorted(place for group in groups for place in group)
    done: set[int] = set()
    for group in groups:
        done |= set(group)
        assert {needed for place in group for needed in needs[place]} <= done


@given(GRAPHS)
def test_only_places_that_need_each_other_share_a_group(needs: list[list[int]]) -> None:
    reaches = [_reached(place, needs) for place in range(len(needs))]

    for group in in_order(needs):
        assert all(b in reaches[a] for a in group for b in group if a != b)


def _reached(start: int, needs: list[list[int]]) -> set[int]:
    found: set[int] = set()
    todo = list(needs[start])
    while todo:
        place = todo.pop()
        if place not in found:
            found.add(place)
            todo += needs[place]
    return found
