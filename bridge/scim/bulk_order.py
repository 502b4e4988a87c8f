"""In which order the operations of a bulk can be carried out, where they need each other. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def in_order(needs: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """What stands at each place needs the places named there: groups of places, what is needed first.

    As they come where nothing forbids it. Places that need each other in a circle are one group (the strongly
    connected components, as Tarjan finds them; without recursion, for a chain may be as long as the bulk).
    """
    seen: dict[int, int] = {}
    low: dict[int, int] = {}
    open_: list[int] = []
    closed: set[int] = set()
    for root in range(len(needs)):
        if root in seen:
            continue
        path = [(root, iter(needs[root]))]
        while path:
            place, rest = path[-1]
            if place not in seen:
                seen[place] = low[place] = len(seen)
                open_.append(place)
            for needed in rest:
                if needed not in seen:
                    path.append((needed, iter(needs[needed])))
                    break
                if needed not in closed:
                    low[place] = min(low[place], low[needed])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[place])
                if low[place] == seen[place]:
                    group = open_[open_.index(place) :]
                    del open_[-len(group) :]
                    closed.update(group)
                    yield sorted(group)
