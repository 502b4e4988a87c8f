"""Random requests against the real daemon: no 5xx, no traceback, memory flat, every answer a valid SCIM message.

Conversations are numbered; the number is the seed. A failure names it, and `--seed N --count 1` says that one again.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.daemon import Daemon
from tests.soak.generate import LENGTH, Conversation, Sent
from tests.soak.http import HungUp, Line
from tests.soak.judge import complaints

TOGETHER = 16
"""Conversations at once."""
STEP = 100
PATIENCE = 600
"""Seconds until an answer is missed: a machine that has other things to do may hold both sides still for minutes."""
GROWTH = 32 * 1024
"""KiB that the daemon may grow after its warm-up: a leak of a hundred bytes a request would be more in half a million.

Caches of SQLite fill in the first half: 16 MiB for the writer, 2 MiB for each connection that reads.
"""


@dataclass
class Tally:
    """What came of it."""

    requests: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def count(self, status: int) -> None:
        self.requests += 1
        self.statuses[status] = self.statuses.get(status, 0) + 1


def talk(daemon: Daemon, seeds: Iterable[int], tally: Tally, tell: Callable[[int], None] = lambda _: None) -> None:
    """Hold these conversations; `tell` is called with the seed of each that ended."""
    asyncio.run(_talk(daemon, iter(seeds), tally, tell))


async def _talk(daemon: Daemon, seeds: Iterator[int], tally: Tally, tell: Callable[[int], None]) -> None:
    async def talk_on() -> None:
        for seed in seeds:
            await _converse(daemon, Conversation(seed, daemon.token), tally)
            tell(seed)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(TOGETHER):
            tasks.create_task(talk_on())


async def _converse(daemon: Daemon, conversation: Conversation, tally: Tally) -> None:
    async with Line(daemon.port) as line:
        for _ in range(LENGTH):
            await _say(line, conversation, conversation.next(), tally)
        for sent in conversation.farewell():
            await _say(line, conversation, sent, tally)


async def _say(line: Line, conversation: Conversation, sent: Sent, tally: Tally) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await line.ask(sent.raw, method=sent.method)
    except (HungUp, ConnectionError, TimeoutError) as error:
        tally.failures.append(f"seed {conversation.seed}: {sent.raw[:300]!r}: {error!r}")
        line.close()
        return
    tally.count(answer.status)
    conversation.learn(sent, answer)
    for complaint in complaints(sent, answer):
        tally.failures.append(f"seed {conversation.seed}: {complaint}: {sent.raw[:300]!r} → {answer.body[:300]!r}")


def trouble(daemon: Daemon) -> list[str]:
    """What the daemon logged that it should not have; the log is read once, and forgotten."""
    lines, daemon.lines[:] = list(daemon.lines), []
    bad = [str(line) for line in lines if line.get("level") in ("warning", "error", "critical") or "exception" in line]
    return bad + ([daemon.stderr()] if daemon.stderr() else [])


def resident(daemon: Daemon) -> int:
    """KiB of the daemon in memory."""
    assert daemon.process is not None
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def main(arguments: list[str]) -> int:
    """`--seed N`: the first conversation; `--count N`: how many. One that is broken off goes on where it says."""
    parser = argparse.ArgumentParser(prog="make soak PART=requests")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1_000_000 // LENGTH)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(Path(folder))
        daemon.configure("")
        daemon.start()
        try:
            return _soak(daemon, options.seed, options.count)
        finally:
            daemon.close()


def _soak(daemon: Daemon, first: int, count: int) -> int:
    """In steps of a hundred conversations; memory is measured after each, and what the second half adds is judged."""
    tally = Tally()
    measured: list[int] = []
    for seed in range(first, first + count, STEP):
        talk(daemon, range(seed, min(seed + STEP, first + count)), tally)
        measured.append(resident(daemon))
        problems = tally.failures + trouble(daemon)
        print(f"{tally.requests} requests, {measured[-1]} KiB; goes on with SEED={seed + STEP}", flush=True)
        if problems:
            print(*problems[:20], sep="\n")
            return 1
    print(dict(sorted(tally.statuses.items())))
    half = len(measured) // 2
    first_half, second_half = max(measured[: half + 1]), max(measured[half:])
    print(f"memory: at most {first_half} KiB in the first half, {second_half} KiB in the second")
    return 0 if second_half - first_half <= GROWTH else 1
