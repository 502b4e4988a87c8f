"""kill -9 at random moments under the load of 64 clients, again and again; then everything is compared.

What was acknowledged arrives, nothing arrives twice, nothing overtakes what went before it. Slapd cannot hold two equal
DNs, so twins are counted at the REST app, which takes them without a word; the order too, for it records every call.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.slapd import Slapd
from tests.daemon import Daemon
from tests.faults.load import GONE, Fate, Load
from tests.faults.parts import Parts, standing
from tests.faults.sound import flaws

CLIENTS = 64
REQUESTS, DELIVERIES = 150, 30
"""A kill comes after so many at most: acknowledged requests, and deliveries to one of the targets."""
TARGETS = ("corp", "app", "file")
PATIENCE = 120.0
"""Seconds until everything must have arrived after the last start."""


@dataclass
class Told:
    """What came of it. `ready` is how many seconds each start took; `wrong` is what should not be."""

    kills: int = 0
    acknowledged: int = 0
    ready: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Moment:
    """When a kill comes: after so many requests, and so many deliveries to this target."""

    requests: int
    target: str
    deliveries: int


def kill_again_and_again(folder: Path, slapd: Slapd, kills: int, seed: int) -> Told:
    """Kill a daemon so many times, let it finish what it had in hand, and compare all that there is."""
    load, told = Load(CLIENTS, seed), Told()
    with standing(folder, slapd) as parts:
        daemon = parts.daemon(deletes=100_000)
        try:
            _killed(daemon, load, kills, told)
            _start(daemon, told)
            daemon.until(daemon.settled, seconds=PATIENCE)
            told.wrong += [*_compare(parts, load.fates, source(daemon)), *_parked(daemon), *out_of_order(parts)]
            if daemon.stop() != 0:
                told.wrong.append("the last stop was no clean one")
        finally:
            daemon.close()
    told.wrong += flaws(folder / "journal.db")
    return told


def _killed(daemon: Daemon, load: Load, kills: int, told: Told) -> None:
    dice = random.Random(load.seed)
    for _ in range(kills):
        _start(daemon, told)
        moment = _Moment(dice.randint(1, REQUESTS), dice.choice(TARGETS), dice.randint(0, DELIVERIES))
        asyncio.run(_until_killed(daemon, load, moment))
        told.kills += 1
    told.acknowledged = load.acknowledged


async def _until_killed(daemon: Daemon, load: Load, moment: _Moment) -> None:
    """Let deliveries of what earlier lives left begin, load the daemon, and kill it with both in hand."""

    def under_way() -> bool:
        made = (line.get("target") == moment.target for line in daemon.lines if line.get("event") == "delivery.applied")
        return sum(made) >= moment.deliveries or daemon.settled()

    await asyncio.to_thread(daemon.until, under_way)
    async with asyncio.TaskGroup() as group:
        group.create_task(load.run(daemon))
        await load.until_acknowledged(moment.requests)
        await asyncio.to_thread(daemon.kill)
    daemon.lines.clear()


def _start(daemon: Daemon, told: Told) -> None:
    began = time.monotonic()
    daemon.start()
    told.ready.append(time.monotonic() - began)


def source(daemon: Daemon) -> dict[str, str]:
    """What the bridge itself says: login → title."""
    found: dict[str, str] = {}
    start = 1
    while True:
        status, page = daemon.send("GET", f"/Users?startIndex={start}&count=1000&attributes=userName,title")
        assert status == 200
        found |= {user["userName"]: user["title"] for user in page["Resources"]}
        start += page["itemsPerPage"]
        if start > page["totalResults"]:
            return found


def _compare(parts: Parts, fates: dict[str, Fate], said: dict[str, str]) -> Iterator[str]:
    for login, fate in fates.items():
        found = said.get(login, GONE)
        if found not in fate.may_be:
            yield f"{login} is {found}, and should be one of {sorted(fate.may_be)}"
    if len(said) < len(fates) // 10:
        yield f"hardly anybody is left: {len(said)} of {len(fates)}"
    for target, held in parts.held().items():
        yield from (f"{who} is at {target} {count} times" for who, count in held.items() if count > 1)
        found = dict(held.keys())
        for login in sorted(said.keys() | found.keys()):
            if said.get(login) != found.get(login):
                yield f"{login} is {found.get(login, GONE)} at {target}, and {said.get(login, GONE)} in SCIM"


def _parked(daemon: Daemon) -> Iterator[str]:
    for each in daemon.status()["parked"]:
        yield f"parked: {each}"


def out_of_order(parts: Parts) -> Iterator[str]:
    """A user's titles are numbered by its client: what the app was told of one entry must never go back."""
    told: dict[str, list[int]] = {}
    for call in parts.app("calls"):
        body: dict[str, Any] = json.loads(call["body"] or "{}")
        if call.get("status", 500) >= 300 or "title" not in body:
            continue
        entry = f"/users/u{len(told) + 1}" if call["method"] == "POST" else call["path"]  # the app counts its entries
        told.setdefault(entry, []).append(int(body["title"][1:]))
    for entry, numbers in told.items():
        if numbers != sorted(numbers):
            yield f"{entry} was told out of order: {numbers}"
    if not any(len(numbers) > 1 for numbers in told.values()):
        yield "nothing could have been told out of order"
