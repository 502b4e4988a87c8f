"""One sync of the journal fails, the nth, and the daemon must never acknowledge anything again.

Bodies are large, so that the writer checkpoints every few requests: syncs of commits and of checkpoints fail in turn.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field

from tests.daemon import USER, Daemon
from tests.faults.trace import SYNCS, Call, calls, tracer

SIZE = 500_000
MOST = 60
"""Requests that are sent at most: by then any sync that is to fail has failed."""


@dataclass
class Told:
    """What came of it: who was acknowledged, which file's sync failed, and what should not be."""

    acknowledged: list[str] = field(default_factory=list)
    file: str = ""
    wrong: list[str] = field(default_factory=list)


def fail(daemon: Daemon, name: str, nth: int) -> Told:
    """Start a daemon whose nth sync of this name fails, and send it users until it ends, one after the other."""
    trace, told = daemon.folder / "trace", Told()
    daemon.lines.clear()
    said = len(daemon.stderr())
    daemon.under = tracer(trace, "-e", f"inject={name}:error=EIO:when={nth}")
    daemon.start(wait=False)
    try:
        daemon.until(lambda: daemon.said("daemon.ready") or daemon.has_ended())
        told.acknowledged += _acknowledged(daemon, f"{name}{nth}x")
        code = daemon.stop(20)
    finally:
        daemon.close()
        daemon.under = ()
    told.wrong += _judge(daemon, told, code, list(calls(trace)))
    if code and not daemon.said("journal.broken") and "scim-bridge: " not in daemon.stderr()[said:]:
        told.wrong.append(f"nobody was told why it ended with {code}")
    return told


def _acknowledged(daemon: Daemon, name: str) -> Iterator[str]:
    """Who was acknowledged until the daemon was gone."""
    headers = {"Authorization": f"Bearer {daemon.token}", "Content-Type": "application/scim+json"}
    with (
        suppress(OSError, http.client.HTTPException),
        closing(http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=20)) as line,
    ):
        for number in range(MOST):
            login = f"{name}{number}"
            body = {"schemas": [USER], "userName": login, "title": "x" * SIZE}
            line.request("POST", "/scim/v2/Users", json.dumps(body), headers)
            answer = line.getresponse()
            answer.read()
            if answer.status == 201:
                yield login


def _judge(daemon: Daemon, told: Told, code: int, trace: Sequence[Call]) -> Iterator[str]:
    failed = next((call for call in trace if call.name in SYNCS and call.result < 0), None)
    if failed is None:
        yield "no sync failed: nothing was tried"
        return
    told.file = failed.path.rpartition("/")[2]
    if failed.path == str(daemon.folder):  # SQLite goes on where that fails; we sync it again before we are ready
        return
    late = sum(call.acknowledges and call.began > failed.began for call in trace)
    if late > _is_committed(failed, trace):
        yield f"{late} answers after the sync of {told.file} had failed"
    if code == 0:
        yield f"the daemon went on after the sync of {told.file} had failed"


def _is_committed(failed: Call, trace: Sequence[Call]) -> bool:
    """Whether what was written last was synced before: then its answer may be on its way (a checkpoint failed)."""
    before = [call for call in trace if call.ended < failed.began and call.path.endswith("-wal")]
    last = next((call.name for call in reversed(before) if call.name in ("pwrite64", *SYNCS)), "")
    return last in SYNCS
