"""What becomes of a leaver's entry, as steps in time: `["lock", "30d move:ou=left,…", "90d delete"]`. Pure.

One step is a ladder too. The times are counted from the day on which the first step was taken at that target.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from bridge.settings.amounts import parse_duration
from bridge.settings.faults import Wrong


class Does(StrEnum):
    """What a step does to the entry."""

    LOCK = "lock"
    STRIP = "strip-groups"  # out of every group
    SWITCH = "attribute"
    MOVE = "move"  # to another place of the target
    DELETE = "delete"
    KEEP = "keep"  # nothing


@dataclass(frozen=True, slots=True)
class Switch:
    """`attribute:NAME=OFF|ON`: the attribute that says whether the account may be used."""

    attribute: str
    off: str | bool
    on: str | bool


@dataclass(frozen=True, slots=True)
class Step:
    """`after` in seconds since the first step."""

    does: Does
    after: float = 0.0
    switch: Switch | None = None
    place: str | None = None


Ladder = tuple[Step, ...]

_PLAIN = {step.value: step for step in Does if step not in (Does.SWITCH, Does.MOVE)}
_SWITCH = re.compile(r"attribute:([^=|]+)=([^|]+)\|([^|]+)")
_DELAY = re.compile(r"([0-9][0-9.]*\s*[a-z]+)\s+(.+)", re.DOTALL)
_MOVE = re.compile(r"move:\s*(\S.*)")
_KNOWN = (
    'write "lock", "strip-groups", "attribute:NAME=OFF|ON", "move:PLACE", "delete" or "keep", or a list of such steps, '
    'each with a time if need be: "30d delete"'
)


def parse_ladder(written: object) -> Ladder:
    """The steps in order; `Wrong` where they are none, or could not all be taken."""
    if isinstance(written, tuple) and all(isinstance(step, Step) for step in written):
        return written
    steps = written if isinstance(written, list) else [written]
    texts = [step.strip() for step in steps if isinstance(step, str)]
    if not steps or len(texts) < len(steps):
        raise Wrong("is neither a step nor a list of steps", _KNOWN)
    ladder = tuple(map(_step, texts))
    _check(ladder)
    return ladder


def parse_switch(written: str) -> Switch | None:
    """The switch of a step; `true` and `false` are booleans, all else is text. None: not a switch."""
    matched = _SWITCH.fullmatch(written)
    if matched is None:
        return None
    name, off, on = (part.strip() for part in matched.groups())
    return Switch(name, _typed(off), _typed(on))


def switch_of(ladder: Iterable[Step]) -> Switch | None:
    """The attribute by which the ladder disables, where it does."""
    return next((step.switch for step in ladder if step.switch), None)


def places_of(ladder: Iterable[Step]) -> tuple[str, ...]:
    """The places that the ladder moves entries to."""
    return tuple(step.place for step in ladder if step.place is not None)


def _step(text: str) -> Step:
    delayed = _DELAY.fullmatch(text)
    after = parse_duration(delayed[1]) if delayed else 0.0
    word = delayed[2] if delayed else text
    if (switch := parse_switch(word)) is not None:
        if after:
            raise Wrong(f'"{text}": an attribute says at once what the account is', "write this step without a delay")
        return Step(Does.SWITCH, switch=switch)
    if (moved := _MOVE.fullmatch(word)) is not None:
        return Step(Does.MOVE, after, place=moved[1])
    if word not in _PLAIN:
        raise Wrong(f'"{text}" is not a step', _KNOWN)
    return Step(_PLAIN[word], after)


def _check(ladder: Ladder) -> None:
    if len(ladder) > 1 and any(step.does is Does.KEEP for step in ladder):
        raise Wrong('"keep" stands beside other steps', "leave it out: a ladder keeps what it does not delete")
    if any(step.does is Does.DELETE for step in ladder[:-1]):
        raise Wrong("a step stands after the one that deletes", "let delete be the last step")
    if any(later.after < earlier.after for earlier, later in pairwise(ladder)):
        raise Wrong("a step comes earlier than the one before it", "write the steps in the order of their times")
    doubles = {step.does for step in ladder if sum(step.does is other.does for other in ladder) > 1}
    if doubles:
        raise Wrong(f"{', '.join(sorted(doubles))} is written twice", "write each step once")


def _typed(text: str) -> str | bool:
    return {"true": True, "false": False}.get(text, text)
