"""What the kit writes to the target under test: entries that its author knows the target will take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.sdk import Attributes, Change, Connector, Delta, Entry, Query, Ref, Value, Verb


@dataclass(frozen=True)
class Samples:
    """`entry` and those made from it are of one kind and at one place, unless said otherwise.

    altered    the same place, another value of at least one attribute
    cleared    an attribute of `entry` that may be without a value
    renamed    the same resource at another place, nothing else changed but what names it
    other      another resource; shares the value of `shared` with `entry`
    unique     an attribute whose value `entry` has alone
    nameless   what lacks the value that names it: `check` must say so
    several    an attribute that takes several values, and two of them; None where there is none
    group      a group, for `MembersContract`
    """

    entry: Entry
    altered: Entry
    cleared: str
    renamed: Entry
    other: Entry
    shared: str
    unique: str
    nameless: Entry
    several: tuple[str, tuple[Value, Value]] | None = None
    group: Entry | None = None


def delta(have: Entry, want: Entry, relocate: bool = False) -> Delta:
    """What turns one sample into another."""
    names = sorted({*have.attributes, *want.attributes})
    changes = tuple(
        Change(name, Verb.REPLACE, tuple(want.attributes.get(name, ())))
        for name in names
        if have.attributes.get(name, ()) != want.attributes.get(name, ())
    )
    return Delta(want, changes, relocate)


def without(entry: Entry, attribute: str) -> Entry:
    """The sample with one attribute empty."""
    return Entry(entry.kind, {**entry.attributes, attribute: ()})


def names(entry: Entry) -> list[str]:
    return list(entry.attributes)


def as_compared(connector: Connector, kind: str, attributes: Attributes) -> dict[str, frozenset[Value]]:
    """The values as the target compares them; an attribute without values is left out."""
    return {name: connector.normalise(kind, name, values) for name, values in attributes.items() if values}


async def everything(connector: Connector, kind: str, attributes: Sequence[str]) -> list[Entry]:
    """All entries of a kind."""
    return [entry async for page in connector.search(Query(kind, tuple(attributes))) for entry in page.entries]


def by_id(entries: Sequence[Entry]) -> dict[str, Entry]:
    return {entry.ref.id: entry for entry in entries if isinstance(entry.ref, Ref)}
