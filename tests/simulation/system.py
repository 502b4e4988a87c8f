"""A target that outlives every process of ours: what it holds, and what goes wrong with it.

It keeps the promises of a directory (`unique`: one entry at a place) or of an app that takes twins without a word. What
must never happen there is written into `wrong`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from connectors.sdk import Entry, Ref
from connectors.sdk.memory import MemoryConnector, Stored


@dataclass(frozen=True, slots=True)
class Policy:
    """What the config says: how leavers are disabled, whether there is a scope, who leaves it; of nested groups, and of
    members that others added.
    """

    on_disable: str
    scoped: bool
    on_leave: str
    flattens: bool
    ownership: str


@dataclass(frozen=True, slots=True)
class Nature:
    """What kind of target it is. `trouble` is the share of calls that go wrong while times are bad."""

    unique: bool
    by_locator: bool
    can_lock: bool
    concurrency: int
    trouble: float


class _Twins(MemoryConnector):
    """Takes a second entry at a place without a word."""

    async def create(self, entry: Entry) -> Ref:
        ref = Ref(entry.kind, f"{entry.kind[0]}{next(self._ids)}", self.locate(entry))
        self.entries[ref.id] = Stored(ref, {name: values for name, values in entry.attributes.items() if values})
        return ref


@dataclass
class System:
    """The target. While it is `down` nothing answers; while it is `calm` nothing goes wrong."""

    name: str
    nature: Nature
    policy: Policy
    dice: random.Random
    down: bool = False
    calm: bool = False
    stuck: bool = False  # it takes calls, and answers none
    robbed: Ref | None = None  # the entry that somebody removed by hand
    guests: set[tuple[str, str]] = field(default_factory=set)  # group and member, put there by hand
    memory: MemoryConnector = field(init=False)
    foreign: frozenset[str] = frozenset()
    wrong: list[str] = field(default_factory=list)
    calls: int = 0
    calls_while_down: int = 0
    removed: list[tuple[float, str]] = field(default_factory=list)
    _titles: dict[str, int] = field(default_factory=dict)
    _busy: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.memory = MemoryConnector() if self.nature.unique else _Twins()

    def plant(self, kind: str, name: str) -> None:
        """Put an entry there that is not ours."""
        attribute = self.memory.name[kind]
        entry = Entry(kind, {attribute: (name,), "title": ("foreign",)})
        ref = Ref(kind, f"foreign-{name}", self.memory.locate(entry))
        self.memory.entries[ref.id] = Stored(ref, dict(entry.attributes))
        self.foreign |= {ref.id}

    def wrote(self, stored: Stored) -> None:
        """An entry was made or changed: never ours to touch, or older than what was there?"""
        if stored.ref.id in self.foreign:
            self.wrong.append(f"{self.name}: {stored.ref.locator} is not ours, and was written")
        title = str(*stored.attributes.get("title", ("",)))
        if title.startswith("t"):
            number = int(title[1:])
            if number < self._titles.get(stored.ref.id, 0):
                self.wrong.append(
                    f"{self.name}: {stored.ref.locator} went back from {self._titles[stored.ref.id]} to {number}"
                )
            self._titles[stored.ref.id] = number

    def begins(self, key: str, verb: str) -> None:
        if key in self._busy:
            self.wrong.append(f"{self.name}: {verb} of {key} while {self._busy[key]} was under way")
        self._busy[key] = verb

    def ends(self, key: str) -> None:
        self._busy.pop(key, None)
