"""Reads at the edge, at 64 clients: GET by id and `userName eq`, each beside the floor's GET by key in the same run.

Beside requests/s stands what the server's process spent of the processor per request: on a busy machine that tells
more. The floor is `floor.py`; both hold the same users.
"""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.edge import DOWN, create, floor_server, load
from tests.daemon import Daemon

USERS = 1000
REQUESTS = 10_000
Ask = Callable[[random.Random], str]


@dataclass
class Server:
    """One that is measured: what its requests need, and whose processor time they cost."""

    port: int
    pid: int
    headers: dict[str, str]

    def get(self, path: Ask, dice: random.Random, times: int = REQUESTS) -> dict[str, Any]:
        """So many GETs: the answer of `load` with `cost`, microseconds of processor time per request."""
        before = processor_seconds(self.pid)
        done = load(self.port, self.headers, [{"method": "GET", "path": path(dice)} for _ in range(times)])
        return {**done, "cost": (processor_seconds(self.pid) - before) / times * 1e6}


def measure(rounds: int) -> None:
    """Print requests/s and processor time of all three, and our shares, a line a round and the medians."""
    print(f"\nreads: {REQUESTS} GETs among {USERS} users, 64 clients, {rounds} interleaved rounds")
    dice = random.Random(1)
    with ExitStack() as stack:
        floor, floor_ids = _floor(stack)
        ours, ids = _ours(stack)
        asks: list[tuple[str, Server, Ask]] = [
            ("floor", floor, lambda dice: f"/scim/v2/Users/{dice.choice(floor_ids)}"),
            ("by id", ours, lambda dice: f"/scim/v2/Users/{dice.choice(ids)}"),
            ("userName eq", ours, lambda dice: by_name(f"user{dice.randrange(USERS)}")),
        ]
        shares: dict[str, list[tuple[float, float]]] = {name: [] for name, *_ in asks[1:]}
        for number in range(1, rounds + 1):
            done = {name: server.get(ask, dice) for name, server, ask in asks}
            least = done["floor"]
            line = f"floor {least['rate']:5.0f}/s ({least['cost']:3.0f} µs)"
            for name in shares:
                each = done[name]
                shares[name].append((each["rate"] / least["rate"], least["cost"] / each["cost"]))
                line += f"   {name} {each['rate']:5.0f}/s ({each['cost']:3.0f} µs, p95 {each['milliseconds'][1]} ms)"
                line += f" {shares[name][-1][0]:.2f} ({shares[name][-1][1]:.2f})"
            print(f"  {number}: {line}", flush=True)
    for name, found in shares.items():
        rate, cost = (statistics.median(each) for each in zip(*found, strict=True))
        print(f"  median: {name} {rate:.2f} of the floor; by processor time {cost:.2f}")


def by_name(name: str) -> str:
    """The path of a search by userName."""
    return "/scim/v2/Users?filter=" + quote(f'userName eq "{name}"')


def processor_seconds(pid: int) -> float:
    """What the process has spent so far, in user and kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _floor(stack: ExitStack) -> tuple[Server, list[str]]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    port, pid = stack.enter_context(floor_server(folder))
    load(port, {}, [create(f"user{number}") for number in range(USERS)])
    return Server(port, pid, {}), ids_of(folder / "floor.db")


def _ours(stack: ExitStack) -> tuple[Server, list[str]]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    daemon = Daemon(folder)
    daemon.configure(DOWN, **{"corp-bind": "secret"})
    daemon.start()
    stack.callback(daemon.stop)
    headers = {"Authorization": f"Bearer {daemon.token}"}
    load(daemon.port, headers, [create(f"user{number}") for number in range(USERS)])
    assert daemon.process is not None
    return Server(daemon.port, daemon.process.pid, headers), ids_of(folder / "journal.db")


def ids_of(path: Path) -> list[str]:
    """The ids of all users in a floor's file or a journal."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        return [id_ for (id_,) in db.execute("SELECT id FROM resource")]
