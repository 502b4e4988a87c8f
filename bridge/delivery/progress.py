"""One delivery while it is under way: the link as it was claimed, as it is by now, and what was done so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bridge.journal.holds import Operation
from bridge.journal.links import Link
from bridge.journal.waking import Named
from bridge.mapping import Departure, Rules
from bridge.mapping.entry_json import decode
from bridge.plans.goal import Taken
from bridge.plans.ladder import Down, down
from connectors.sdk import Change, Ref, Refused, Under


class NotYet(Exception):
    """The delivery waits for something else, `seconds` at most; it is woken when that comes.

    `claim` is a place that another link has, `target` one that must have the resource first. `counts`: it does not
    wait for ever, so each time is an attempt.
    """

    def __init__(
        self,
        reason: str,
        *,
        claim: str | None = None,
        target: str | None = None,
        seconds: float = 60.0,
        counts: bool = False,
    ) -> None:
        super().__init__(reason)
        self.claim = claim
        self.target = target
        self.seconds = seconds
        self.counts = counts


class Occupied(Refused):
    """A place is held by an entry that will not go by itself; the resource is parked until its `claim` is freed."""

    def __init__(self, message: str, *, code: str, claim: str, fix: str) -> None:
        super().__init__(message, code=code, fix=fix)
        self.claim = claim
        self.target = None  # it waits for no other target


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
    half_members: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    """Those that gave the entry values."""
    strayed: str | None = None
    """The text by which groups may hold the entry that somebody else had renamed, until we took it back."""
    version: int = 0
    """Of the resource that is delivered."""
    asked: dict[Operation, bool] = field(default_factory=dict)
    """What the guards were asked, and whether they let it pass."""
    recognised: Ref | None = None
    """The entry that an earlier delivery had made, as it was found again."""

    def __post_init__(self) -> None:
        self.link = self.before

    @property
    def kind(self) -> str:
        return self.link.kind

    @property
    def known(self) -> Link:
        """The link as others could read it until now: what was recognised and is gone again, they may name."""
        if self.recognised is None or self.link.entry_id is not None:
            return self.before
        return self.before._replace(entry_id=self.recognised.id, locator=self.recognised.locator)

    @property
    def is_new(self) -> bool:
        """Whether the entry was never delivered whole before: nobody can have come to rely on it."""
        return "create" in self.verbs or (self.before.version == 0 and not self.link.adopted)

    @property
    def doubts_lock(self) -> bool:
        """Whether it is not sure that an entry that we locked is locked: how that came out was not known."""
        return (self.before.verify or self.link.verify) and "lock" not in self.verbs

    def now(self, **fields: Any) -> None:
        """The link is like this now."""
        self.link = self.link._replace(**fields)

    def at(self, ref: Ref, **fields: Any) -> None:
        """The entry is here now, and the link is like this."""
        self.now(entry_id=ref.id, locator=ref.locator, **fields)

    def without(self, *fields: str) -> None:
        """The link has none of these any more; mostly it has none anyhow."""
        if any(getattr(self.link, name) is not None for name in fields):
            self.now(**dict.fromkeys(fields))

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
            departure=None,
            departed=None,
            next_step=None,
            returns=None,
            kept=None,
            adopted=False,
        )

    def come_down(self, departure: Departure | None, now: int) -> Down:
        """How far the resource has left; its time begins anew where it leaves in another way than before."""
        if departure is None:
            self.without("departure", "departed", "next_step")
            return Down()
        link = self.link
        since = link.departed if link.departure == departure and link.departed is not None else now
        come = down(self.rules.ladders[departure], since, now)
        self.now(departure=departure.value, departed=since, next_step=come.again)
        return come

    @property
    def leaves(self) -> Operation:
        """What the guards are asked where it is locked or stripped: who is disabled is there still."""
        return Operation.DISABLE if self.link.departure == Departure.DISABLED else Operation.LEAVE

    @property
    def taken(self) -> Taken:
        """What an earlier departure did to the entry; it is taken back only when nobody leaves any more."""
        before = self.before
        if self.link.departure is None or before.departure is None:
            return Taken()
        stripped = before.version > 0 and not before.member
        under = _under(before)
        return Taken(before.disabled, stripped, under=under if isinstance(under, str) else None)

    @property
    def under(self) -> Under | None:
        """Where the entry stands, if not where its kind does."""
        return _under(self.link)

    def rest_on_the_ladder(self, *, fulfilled: bool) -> None:
        """Until the next step is due. The time runs from the first step: one that failed or is held has not begun."""
        link, before = self.link, self.before
        if link.ref is None:
            self.without("departure", "departed", "next_step")
        elif link.departure != before.departure and not (fulfilled and self.asked.get(self.leaves, True)):
            self.now(departure=before.departure, departed=before.departed, next_step=before.next_step)

    def did(self, verb: str, changes: Iterable[Change] = ()) -> None:
        """Note a call for the log line: names, never values."""
        self.verbs.append(verb)
        self.attributes.update(change.attribute for change in changes)


def _under(link: Link) -> Under | None:
    return decode(link.applied).under if link.applied else None
