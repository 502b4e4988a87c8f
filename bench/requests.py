"""What our own part of a write costs, in µs: to check the body and to work out the resource, without HTTP and journal.

A create, a PATCH of one operation and one of three, each as the handlers do it: `prepare` (outside the writer) and
`decide` (inside it). Each figure is the least of many repeats, for a busy machine only adds to it. The profile after it
shows where a whole create spends its time: the handler on the event loop, and the journal's writer.
"""

from __future__ import annotations

import asyncio
import cProfile
import json
import pstats
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.edge import create
from bridge.clock import SystemClock
from bridge.edge.parts import Asked, Client
from bridge.edge.writes import prepare
from bridge.journal import Journal, open_journal
from bridge.journal.accept import Taker, Write, accept
from bridge.journal.resources import Stored
from bridge.journal.tx import Tx
from bridge.scim.messages import Search
from bridge.scim.resource_types import USER

REPEATS, TIMES = 30, 500
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
CLIENT = Client("default", "default")
ONE = [{"op": "replace", "path": "title", "value": "Admiral"}]
THREE = [
    {"op": "replace", "path": "active", "value": False},
    {"op": "replace", "path": 'emails[type eq "work"].value', "value": "b@example.com"},
    {"op": "add", "value": {"name": {"familyName": "Hopper"}, "nickName": "Babs"}},
]
SHOWN = 15


def measure(_: int) -> None:
    """Print µs of the three, and the profile."""
    body = json.loads(create("user")["body"])
    current = _decided(body, "POST", None)
    stored = Stored("2819c223", "default", "User", 1, 0, 0, None, current.body)
    writes: list[tuple[str, str, dict[str, Any], Stored | None]] = [
        ("create", "POST", body, None),
        ("PATCH of one operation", "PATCH", {"schemas": [PATCH], "Operations": ONE}, stored),
        ("PATCH of three operations", "PATCH", {"schemas": [PATCH], "Operations": THREE}, stored),
    ]
    print(f"\nrequests: validate and apply, the least of {REPEATS} times {TIMES}")
    for name, method, raw, now in writes:
        print(f"  {name:26} {_least(lambda method=method, raw=raw, now=now: _decided(raw, method, now)):6.1f} µs")
    asyncio.run(_profile())


def _decided(raw: object, method: str, current: Stored | None) -> Write:
    asked = Asked(CLIENT, USER, Search(), current.id if current else None, raw)
    decision = prepare(asked, method).decide(current)
    assert isinstance(decision, Write)
    return decision


def _least(work: Callable[[], object]) -> float:
    """Microseconds of one call."""
    found = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        for _ in range(TIMES):
            work()
        found.append((time.perf_counter() - began) / TIMES * 1e6)
    return min(found)


async def _profile() -> None:
    """Creates as the writer carries them out, 64 to a batch, with a link each."""
    with tempfile.TemporaryDirectory() as folder:
        journal = open_journal(Path(folder) / "journal.db", bytes(32), SystemClock())
        bodies = [json.loads(create()["body"]) for _ in range(6400)]
        began = time.perf_counter()
        await _create_all(journal, bodies[:3200], None)
        print(f"  {'the whole of a create':26} {(time.perf_counter() - began) / 3200 * 1e6:6.1f} µs, commit included")
        profile = cProfile.Profile()
        await _create_all(journal, bodies[3200:], profile)
        await journal.close()
    pstats.Stats(profile).strip_dirs().sort_stats("tottime").print_stats(SHOWN)


async def _create_all(journal: Journal, bodies: list[Any], profile: cProfile.Profile | None) -> None:
    def work(tx: Tx, some: list[Any]) -> None:
        if profile:
            profile.enable()
        for body in some:
            prepared = prepare(Asked(CLIENT, USER, Search(), raw=body), "POST")
            accept(tx, prepared.request, prepared.decide, lambda *_: (Taker("corp", "users"),))
        if profile:
            profile.disable()

    for start in range(0, len(bodies), 64):
        await journal.submit(lambda tx, start=start: work(tx, bodies[start : start + 64]))
