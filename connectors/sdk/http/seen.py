"""A list that is read in parts, and what tells that it moved meanwhile: then nobody is absent from it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """The items of one answer; `complete` on the last, where the whole list was read."""

    items: tuple[Any, ...]
    complete: bool = False


@dataclass
class Seen:
    """The items of a list so far, by their ids, and what its answers said of how many there are."""

    ids: set[int] = field(default_factory=set)
    totals: set[str] = field(default_factory=set)
    twice: bool = False

    def take(self, items: Sequence[Any], ident: Callable[[Any], str]) -> list[Any]:
        """Note what came; what of it is new."""
        fresh = []
        for item in items:
            known = len(self.ids)
            self.ids.add(hash(ident(item)))
            if len(self.ids) > known:
                fresh.append(item)
        self.twice = self.twice or len(fresh) < len(items)
        return fresh

    @property
    def moved(self) -> bool:
        """Some came twice, or they are not as many as was said."""
        return self.twice or self.totals not in (set(), {str(len(self.ids))})
