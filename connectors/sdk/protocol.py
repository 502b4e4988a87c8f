"""The protocol a connector keeps, and the plugin object that makes it known.

A connector is thin: no retries, no sleeping, no deciding. The bridge calls it from one event loop, many
calls at a time but never two about the same resource, and gives each call a deadline. Every promise
below is tested by `connectors.sdk.testing`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from connectors.sdk.values import Changed, Delta, Entry, Fault, Key, Page, Probe, Query, Ref, Value


class Connector(Protocol):
    """One configured target. Every coroutine may raise the errors of `connectors.sdk.errors`.

    Who answers many looks at a place (`get` by locator) with one call says in `looks: int` how many at once; without it
    each counts as a call.
    """

    concurrency: int
    """How many calls the bridge may have under way at once."""

    async def open(self) -> None:
        """Get ready. Reaching the target is not needed: a target that is down is found by `probe`."""

    async def probe(self) -> Probe:
        """Reach the target and say what it is; capabilities are measured, not assumed."""

    async def get(self, ref: Ref, attributes: Sequence[str], members: bool = False) -> Entry | None:
        """Read one entry with these attributes; by `ref.id`, or by `ref.locator` where the id is empty.

        With the capability `everything`, `(EVERYTHING,)` stands for all that a create could write again.
        """

    def search(self, query: Query) -> AsyncIterator[Page]:
        """Read all entries of a kind; the last page alone says `complete`."""

    async def find(self, key: Key) -> list[Ref]:
        """Correlate: no entry, one, or many."""

    def locate(self, entry: Entry) -> str:
        """The normalised locator an entry has or would get. Pure; equal for equal places."""

    def normalise(self, kind: str, attribute: str, values: Sequence[Value]) -> frozenset[Value]:
        """The values as the target compares them. Pure after `probe`."""

    def check(self, entry: Entry) -> list[Fault]:
        """What the target would refuse in this entry. Pure after `probe`."""

    async def create(self, entry: Entry) -> Ref:
        """Make the entry; `Conflict` where its place is taken. Members are not part of it."""

    async def update(self, ref: Ref, delta: Delta) -> Ref:
        """Apply the delta (values, rename, move); `Gone` where there is no entry. Returns where it is now."""

    async def delete(self, ref: Ref) -> None:
        """Remove the entry; absent is success. Never another entry at the old place."""

    async def close(self) -> None:
        """Let go of connections and files; must be quick."""


class Naming(Protocol):
    """Optional: the target names entries by one attribute, and any value may be put there for a while.

    With it, entries that want each other's places can swap them.
    """

    def name_of(self, kind: str) -> str:
        """The attribute, as it is mapped, whose value names entries of the kind. Pure."""


class LastChange(Protocol):
    """Optional: the target knows who changed an entry last. It is asked of entries that differ: people want to know."""

    async def last_change(self, ref: Ref) -> Changed | None:
        """Who changed the entry last, and when; None where the target does not tell."""


class Members(Protocol):
    """Capability `members`: a group's members are values of text, made from the member's `Ref`.

    They are compared by `normalise(kind, "members", values)`, whatever the target calls their attribute.
    """

    def member_value(self, member: Ref) -> str | None:
        """The text by which the target holds this member (a DN, an id); None: it cannot be held. Pure."""

    async def update_members(self, ref: Ref, add: Sequence[str], remove: Sequence[str]) -> None:
        """Add and remove members. A value already there, or already gone, is success."""


class Activation(Protocol):
    """Capability `activation`: the target can lock an account and unlock it again."""

    async def activate(self, ref: Ref, active: bool) -> None:
        """Lock (`active=False`) or unlock the account. Repeating it changes nothing."""


class Passwords(Protocol):
    """Capability `password`: the target takes the password of an account, as plain text.

    It stands in no error, log line, `repr` or answer to a read. A new password never unlocks an account: where the
    target would do that by itself, `Refused` is raised instead, with code `locked`.
    """

    async def set_password(self, ref: Ref, password: str) -> None:
        """Make this the account's password; the one it has already is success. `Gone` where there is no entry.

        `Refused` says why the target does not take it, with code `IN_HISTORY` where it was used before.
        """


def takes_no_passwords(_: Any) -> Fault | None:
    """What a plugin says that cannot set passwords."""
    return Fault(None, "this connector cannot set passwords", "write password = false")


@dataclass(frozen=True, slots=True)
class Context:
    """What a connector may know of its surroundings: its target's name, the folder of relative paths, and the places
    that entries of each kind may be moved to.
    """

    target: str
    directory: Path
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plugin:
    """What an entry point of group `scim_bridge.connectors` names.

    `settings` is a frozen pydantic model of the target's own keys (common keys are taken out before;
    the sub-tables of kinds, `users` and `groups`, keep their own keys alone). `build` makes a connector
    from a validated model; it does no I/O. `refuses_passwords` says, of a validated model, why `password = true`
    cannot be; None: it can. `check_place` says what is wrong with a place that a step `move:PLACE` names, as
    "problem; remedy" (None: nothing). A connector without it moves nothing: such a step is refused at load.
    """

    name: str
    settings: type[BaseModel]
    build: Callable[[Any, Context], Connector]
    refuses_passwords: Callable[[Any], Fault | None] = takes_no_passwords
    check_place: Callable[[str], str | None] | None = None
