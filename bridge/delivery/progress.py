"""One delivery while it is under way: the link as it was claimed, as it is by now, and what was done so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bridge.journal.holds import Operation
from bridge.journal.links import Link, Named
from bridge.mapping import Rules
from connectors.sdk import Change, Ref


class NotYet(Exception):
    """The delivery waits for something else, `seconds` at most; it is woken when that comes.

    `claim` is a place that another link has, `target` one that must have the resource first.
    """

    def __init__(
        self, reason: str, *, claim: str | None = None, target: str | None = None, seconds: float = 60.0
    ) -> None:
        super().__init__(reason)
        self.claim = claim
        self.target = target
        self.seconds = seconds


@dataclass(slots=True)
class Progress:
    """What a worker holds in hand. `link` is kept true after every step, so that an error loses nothing."""

    before: Link
    rules: Rules
    link: Link = field(init=False)
    names: list[Named] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)
    actual_members: tuple[str, ...] | None = None
    strayed: str | None = None
    """The text by which groups may hold the entry that somebody else had renamed, until we took it back."""
    version: int = 0
    """Of the resource that is delivered."""
    asked: dict[Operation, bool] = field(default_factory=dict)
    """What the guards were asked, and whether they let it pass."""

    def __post_init__(self) -> None:
        self.link = self.before

    @property
    def kind(self) -> str:
        return self.link.kind

    @property
    def is_new(self) -> bool:
        """Whether the entry was never delivered whole before: nobody can have come to rely on it."""
        return self.before.version == 0 or "create" in self.verbs

    def now(self, **fields: Any) -> None:
        """The link is like this now."""
        self.link = self.link._replace(**fields)

    def at(self, ref: Ref) -> None:
        """The entry is here now."""
        self.now(entry_id=ref.id, locator=ref.locator)

    def gone(self) -> None:
        """There is no entry of ours any more."""
        self.now(
            entry_id=None,
            locator=None,
            claim=None,
            applied=None,
            disabled=False,
            member=False,
            intent=None,
            verify=False,
        )

    def did(self, verb: str, changes: Iterable[Change] = ()) -> None:
        """Note a call for the log line: names, never values."""
        self.verbs.append(verb)
        self.attributes.update(change.attribute for change in changes)
