"""Durable creates at the edge, at 64 clients, beside the floor server in the same run.

Ours is the real daemon with one CSV target that it delivers to meanwhile; the floor is `floor.py`.
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
TARGET = """
[targets.people]
connector = "csv"
path = "drops/users.csv"
[targets.people.users.attributes]
login = "userName"
"""


def measure(rounds: int) -> None:
    """Print creates/s of both, and the ratio, a line a round and the median."""
    print(f"\nedge: {REQUESTS} durable creates, {CLIENTS} clients, {rounds} interleaved rounds")
    ratios = []
    for number in range(1, rounds + 1):
        floor, ours = _floor(), _ours()
        ratios.append(ours["rate"] / floor["rate"])
        print(
            f"  {number}: floor {floor['rate']:6.0f}/s (p50 {floor['milliseconds'][0]} ms)   "
            f"scim-bridge {ours['rate']:6.0f}/s (p50 {ours['milliseconds'][0]}, p99 {ours['milliseconds'][2]} ms)   "
            f"ratio {ratios[-1]:.2f}",
            flush=True,
        )
    print(f"  median ratio {statistics.median(ratios):.2f}")


def _floor() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, _floor_server(Path(folder)) as port:
        return _creates(port, {})


def _ours() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(Path(folder))
        daemon.configure(TARGET)
        daemon.start()
        try:
            return _creates(daemon.port, {"Authorization": f"Bearer {daemon.token}"})
        finally:
            daemon.stop()


@contextmanager
def _floor_server(folder: Path) -> Iterator[int]:
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.floor", str(folder / "floor.db")], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        yield int(server.stdout.readline())
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
