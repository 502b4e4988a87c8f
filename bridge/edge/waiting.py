"""`Prefer: wait=N` (RFC 7240 §4.3): answer a write when the targets have it, or after N seconds.

    Prefer: wait=10                        every target that takes the resource
    Prefer: wait=10; targets="corp,app"    these alone

The write is accepted and durable before the wait begins, and nothing here changes what came of it. A preference that
cannot be met is ignored, as the RFC has it: the answer then has no `Preference-Applied`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aiohttp import web

from bridge.edge.parts import Edge
from bridge.journal import deliveries
from bridge.journal.deliveries import HELD, Reached
from bridge.journal.resources import Stored
from bridge.plans.states import State

LONGEST = 60
"""Seconds that an answer is held back at most, whatever was preferred."""

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARTS = re.compile(rf'({_WORD})(?:\s*=\s*({_WORD}|"(?:[^"\\]|\\.)*"))?|([,;])')


@dataclass(frozen=True, slots=True)
class Wait:
    """For how many seconds, and for which targets; None: for all."""

    seconds: int
    targets: frozenset[str] | None = None


def read_wait(header: str) -> Wait | None:
    """The first `wait` of a Prefer header; None where there is none, or none that can be met."""
    for parameters in _preferences(header):
        if "wait" in parameters:
            seconds, named = parameters["wait"], parameters.get("targets")
            targets = None if named is None else frozenset(re.findall(r"[^\s,]+", named))
            return Wait(min(LONGEST, int(seconds[:9])), targets) if re.fullmatch("[0-9]+", seconds) else None
    return None


def _preferences(header: str) -> Iterator[dict[str, str]]:
    """Each preference with its parameters, names folded; of what stands twice, the first counts."""
    current: dict[str, str] = {}
    for name, value, sign in _PARTS.findall(header):
        if sign == ",":
            yield current
            current = {}
        elif name:
            current.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", value[1:-1]) if value[:1] == '"' else value)
    yield current


async def wait_for_targets(edge: Edge, request: web.BaseRequest, stored: Stored) -> dict[str, str]:
    """Wait as the request prefers; the headers that say how far the targets are, none where it did not wait."""
    preferred = request.headers.getall("Prefer", ())
    wait = read_wait(",".join(preferred)) if preferred else None
    if wait is None:
        return {}
    named = frozenset(taker.target for taker in edge.targets_for(stored.tenant, stored.type))
    targets = named if wait.targets is None else named & wait.targets
    if not targets:
        return {}

    def reached() -> dict[str, Reached]:
        found = edge.journal.read(lambda db: deliveries.progress(db, stored.id))
        return {target: found[target] for target in sorted(targets & found.keys())}

    def is_over() -> bool:
        return request.transport is None or all(has(each, stored.version) for each in reached().values())

    if not await edge.waiters.until(stored.id, wait.seconds, is_over):
        return {}
    return {"Preference-Applied": f"wait={wait.seconds}", "Delivery-State": _told(reached(), stored.version)}


def has(reached: Reached, version: int) -> bool:
    """Whether there is nothing to wait for: the target has this version, or a person has to do something first."""
    return reached.version >= version or reached.state in (State.PARKED, HELD)


def _told(reached: Mapping[str, Reached], version: int) -> str:
    """A list of RFC 8941: `"corp";state=in_sync, "app";state=dirty`."""
    return ", ".join(_member(target, each, version) for target, each in reached.items())


def _member(target: str, reached: Reached, version: int) -> str:
    state = State.IN_SYNC if reached.version >= version else reached.state
    return f'"{target}";state={state}'
