"""The values that pass between the bridge and a connector: frozen, picklable, without behaviour.

An `Entry` is a resource as one target should hold it (or does hold it). A `Ref` points at an entry
that exists at the target; a `Reference` points at a SCIM resource whose entry may not exist yet. The
bridge turns every `Reference` into a `Ref` before a connector sees it; text such as a DN is made
from a `Ref` inside the connector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Reference:
    """Another SCIM resource, by its type (`User`) and its SCIM id."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Ref:
    """An entry at a target.

    `kind` is the config's word for the sort of entry (`users`, `groups`); `id` is stable for the life
    of the entry (entryUUID, REST id, row key); `locator` says where it is now (DN, URL, row key). An
    empty `id` means: known by its locator alone.
    """

    kind: str
    id: str
    locator: str


Value = str | bool | int | float | bytes | Reference | Ref
Attributes = Mapping[str, tuple[Value, ...]]
Under = str | tuple[str, ...]
"""A place that a step `move:PLACE` names (`Plugin.check_place`), or units below the kind's own place by their names,
the outermost first: what those are at the target (an OU, a folder), the connector knows.
"""


@dataclass(frozen=True, slots=True)
class Changed:
    """Who changed an entry last, in the target's words, and when (RFC 3339); None: the target does not tell."""

    by: str | None
    at: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource as one target should hold it, or (with `ref`) as it does hold it.

    An attribute without values is absent from `attributes` or an empty tuple: both mean "no value".
    `members` is filled by `search` and `get` alone, and only where it was asked for; where a target holds each member
    in several ways, `half_members` are those of whom a part is missing. `under` is the place that the entry stands in,
    where that is not its kind's own.
    """

    kind: str
    attributes: Attributes
    ref: Ref | None = None
    members: tuple[str, ...] | None = None
    under: Under | None = None
    half_members: tuple[str, ...] = ()


class Verb(StrEnum):
    """What a `Change` does to the values of its attribute."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"  # by no values: clear the attribute


@dataclass(frozen=True, slots=True)
class Change:
    """One attribute's change."""

    attribute: str
    verb: Verb
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """The smallest change that turns the entry at the target into `entry`.

    `relocate` says that the locator of `entry` differs from the applied one (rename or move); a
    connector renames only then, however an administrator has moved the entry meanwhile.
    """

    entry: Entry
    changes: tuple[Change, ...] = ()
    relocate: bool = False

    def __bool__(self) -> bool:
        return bool(self.changes) or self.relocate


@dataclass(frozen=True, slots=True)
class Key:
    """What to correlate by: entries of `kind` whose `attribute` equals `value`."""

    kind: str
    attribute: str
    value: Value


@dataclass(frozen=True, slots=True)
class Query:
    """A whole read of one kind: these attributes (operational ones too), and if asked the members.

    With a `salt` the pages may have marks: digests of what was read, of this salt, and of whatever else decides how the
    connector compares values (the target's schema).
    """

    kind: str
    attributes: tuple[str, ...]
    members: bool = False
    salt: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries of a read. Only a page with `complete` allows a conclusion from absence.

    `marks`, where there are any, are those of the entries by their ids, in the same order: where a mark is the same
    again, nothing of the entry has changed. It is not looked at then: a connector may make each as it is asked for.
    """

    entries: Sequence[Entry]
    complete: bool = False
    marks: Mapping[str, str] = field(default_factory=dict)


EVERYTHING = "*"
"""In place of names, to `get`: all attributes that a create could write again, and no secrets."""


class Capability(StrEnum):
    """What a connector can do beside the base protocol."""

    MEMBERS = "members"  # update_members and member_value
    ACTIVATION = "activation"  # activate
    PASSWORD = "password"  # noqa: S105  # set_password
    EVERYTHING = "everything"  # get answers EVERYTHING


@dataclass(frozen=True, slots=True)
class Probe:
    """What a target is, as measured on it.

    `identity` is a stable id of the place we write to (the base's entryUUID, a file's folder): when it
    changes, the bridge holds everything. `warnings` are whole sentences, each with its remedy. `untouchable` are the
    locators of entries that must never be written: the account that we bind as. `creates_locked` are the kinds whose
    new entries are locked until `activate` unlocks them. `facts` are what else a person may want to know who asks
    `targets probe` (how the line is encrypted, which base was found): a word → a few words.
    """

    server: str
    capabilities: frozenset[Capability] = frozenset()
    identity: str | None = None
    limits: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    untouchable: tuple[str, ...] = ()
    creates_locked: frozenset[str] = frozenset()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the target would refuse an entry: said before anything is written."""

    attribute: str | None
    problem: str
    remedy: str
