"""The rules by which one kind of resource becomes an entry of one target, and what a projection says. Values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from bridge.settings.kinds import Adopt, Mode, OnMissing, Ownership
from bridge.settings.ladder import Does, Ladder, Step, Switch
from connectors.sdk import Entry, Value

Body = Mapping[str, Any]
Read = Callable[["Source"], tuple[Value, ...]]


class Departure(StrEnum):
    """How somebody leaves a target. The words stand in the journal."""

    DELETED = "deleted"
    LEFT_SCOPE = "left scope"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The target should hold this entry; `active` is false where the account is to be disabled."""

    entry: Entry
    active: bool = True


@dataclass(frozen=True, slots=True)
class Absent:
    """The target should not hold the resource."""

    reason: Departure


Projection = Wanted | Absent


class MappingFailed(Exception):
    """A rule failed on one resource: the resource is parked. The problem names no value of the resource."""

    def __init__(self, attribute: str, problem: str) -> None:
        super().__init__(f"{attribute}: {problem}")
        self.attribute = attribute
        self.problem = problem


class Source:
    """A resource while it is projected: the stored body, and what expressions see of it (made once, if at all)."""

    __slots__ = ("body", "context")

    def __init__(self, body: Body) -> None:
        self.body = body
        self.context: Any = None


Candidate = Callable[["Source", int], tuple[Value, ...]]
"""From a resource and n = 1, 2, 3 … to a name to try."""


@dataclass(frozen=True, slots=True)
class Need:
    """A value that a pool gives: the next number of its ranges, or the first candidate that nobody has."""

    pool: str
    ranges: tuple[range, ...] = ()
    candidate: Candidate | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """One mapped attribute of the target; where it is a `need`, nothing can be read of the resource."""

    name: str
    read: Read
    mode: Mode = Mode.REPLACE
    clear: bool = True
    need: Need | None = None


LADDERS: Mapping[Departure, Ladder] = {
    Departure.DISABLED: (Step(Does.LOCK),),
    Departure.LEFT_SCOPE: (Step(Does.LOCK), Step(Does.STRIP)),
    Departure.DELETED: (Step(Does.DELETE),),
}
"""Where the config says nothing."""


@dataclass(frozen=True)
class Rules:
    """The compiled rules of one kind at one target. `fingerprint` changes when what they were made from does.

    `place`: the units below the kind's own place in which an entry stands, the outermost first; None: in none.
    `ladders`: what becomes of an entry, by how its resource leaves. `is_account`: whether the resources say if they may
    be used, and their entries can be locked. `returning`: attributes by which who left is known again, all of them.
    `flattens`: a group gets the users of the groups in it, and none of these.
    """

    kind: str
    type: str
    attributes: tuple[Attribute, ...]
    fingerprint: str
    in_scope: Callable[[Body], bool] = field(default=lambda _: True)
    ladders: Mapping[Departure, Ladder] = field(default_factory=lambda: LADDERS)
    switch: Switch | None = None
    on_missing: OnMissing = OnMissing.HOLD
    adopt: Adopt = Adopt.NEVER
    match: tuple[str, ...] = ()
    ownership: Ownership = Ownership.OWN
    flattens: bool = False
    is_account: bool = True
    returning: tuple[str, ...] = ()
    place: Read | None = None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The target's attributes that are ours to write, in the order of the config."""
        return tuple(attribute.name for attribute in self.attributes)

    @cached_property
    def needs(self) -> dict[str, Need]:
        """The attributes whose values pools give."""
        return {attribute.name: attribute.need for attribute in self.attributes if attribute.need is not None}
