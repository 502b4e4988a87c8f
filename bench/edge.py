"""Durable creates at the edge, at 64 clients, beside the floor server in the same run.

Ours is the real daemon: once with a directory that is down, so that it accepts and delivers nothing (as the floor),
once with a CSV target that it delivers to meanwhile. The floor is `floor.py`.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.daemon import USER, Daemon

CLIENTS = 64
REQUESTS = 4000
WARM = 500
DOWN = """
[targets.corp]
connector = "ldap"
url = "ldap://127.0.0.1:1"
bind_dn = "cn=scim-bridge,dc=example,dc=com"
bind_password = "file:credentials/corp-bind"
[targets.corp.users]
base = "ou=people,dc=example,dc=com"
[targets.corp.users.attributes]
uid = "userName"
cn = "displayName"
sn = "name.familyName"
"""
FILE = """
[targets.people]
connector = "csv"
path = "drops/users.csv"
[targets.people.users.attributes]
login = "userName"
"""


def measure(rounds: int) -> None:
    """Print creates/s of all three, and our shares, a line a round and the medians."""
    print(f"\nedge: {REQUESTS} durable creates, {CLIENTS} clients, {rounds} interleaved rounds")
    shares: list[tuple[float, float]] = []
    for number in range(1, rounds + 1):
        floor, down, file = _floor(), _ours(DOWN), _ours(FILE)
        shares.append((down["rate"] / floor["rate"], file["rate"] / floor["rate"]))
        print(
            f"  {number}: floor {floor['rate']:5.0f}/s   "
            f"accepting {down['rate']:5.0f}/s (p99 {down['milliseconds'][2]} ms), of the floor {shares[-1][0]:.2f}   "
            f"and delivering {file['rate']:5.0f}/s (p99 {file['milliseconds'][2]} ms), {shares[-1][1]:.2f}",
            flush=True,
        )
    accepting, delivering = (statistics.median(each) for each in zip(*shares, strict=True))
    print(f"  median: accepting {accepting:.2f} of the floor, and delivering {delivering:.2f}")


def _floor() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, floor_server(Path(folder)) as (port, _):
        return _creates(port, {})


def _ours(target: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(Path(folder))
        daemon.configure(target, **{"corp-bind": "secret"})
        daemon.start()
        try:
            return _creates(daemon.port, {"Authorization": f"Bearer {daemon.token}"})
        finally:
            daemon.stop()


@contextmanager
def floor_server(folder: Path) -> Iterator[tuple[int, int]]:
    """The floor on `floor.db` in the folder: its port, and its process's id."""
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.floor", str(folder / "floor.db")], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        yield int(server.stdout.readline()), server.pid
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def _creates(port: int, headers: dict[str, str]) -> dict[str, Any]:
    load(port, headers, [create() for _ in range(WARM)])
    return load(port, headers, [create() for _ in range(REQUESTS)])


def create(login: str | None = None) -> dict[str, str]:
    """One POST of a user of ordinary size."""
    login = login or uuid.uuid4().hex
    body = {
        "schemas": [USER],
        "userName": login,
        "externalId": login,
        "name": {"givenName": "Barbara", "familyName": "Jensen", "formatted": "Barbara Jensen"},
        "displayName": "Barbara Jensen",
        "title": "Engineer",
        "emails": [{"value": f"{login}@example.com", "type": "work", "primary": True}],
        "active": True,
    }
    return {"method": "POST", "path": "/scim/v2/Users", "body": json.dumps(body)}


def load(port: int, headers: dict[str, str], requests: list[dict[str, str]]) -> dict[str, Any]:
    """Send the requests from a process of its own; all must succeed."""
    job = {"host": "127.0.0.1", "port": port, "clients": CLIENTS, "headers": headers, "requests": requests}
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(job), capture_output=True, text=True, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    if set(answer["statuses"]) - {"200", "201"}:
        raise SystemExit(f"not all requests succeeded: {answer['statuses']}")
    return {**answer, "rate": len(requests) / answer["seconds"]}
