"""A journal of 1,000,000 users beside small ones: p95 of reads at 64 clients, and how long lists take one by one.

The users are put in by the product's own `prepare` and `accept`, a few thousand to a commit. Journals are kept in the
temporary folder and used again, for the large one takes minutes to fill. The bar: p95 among a million at most 1.5 times
that of the same question in a small journal.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.edge import create
from bench.reads import Server, by_name, ids_of
from bridge.clock import SystemClock
from bridge.edge.parts import Asked, Client
from bridge.edge.writes import prepare
from bridge.journal import open_journal
from bridge.journal.accept import accept
from bridge.journal.tx import Tx
from bridge.scim.messages import Search
from bridge.scim.resource_types import USER
from tests.daemon import JOURNAL_KEY, Daemon

SIZES = (1_000, 10_000, 1_000_000)
MANY = SIZES[-1]
KEPT = Path(tempfile.gettempdir()) / "scim-bridge-bench"
TOGETHER = 5_000
BAR = 1.5
LISTS: tuple[dict[str, object], ...] = (
    {"count": 100},
    {"count": 100, "startIndex": MANY - 100},
    {"count": 100, "sortBy": "userName"},
    {"count": 100, "sortBy": "meta.lastModified", "sortOrder": "descending"},
    {"count": 100, "cursor": "", "sortBy": "userName"},
    {"count": 100, "filter": 'emails.value eq "user77@example.com"'},
    {"count": 100, "filter": 'userName sw "user99999"'},
    {"count": 100, "filter": "active eq false"},
    {"count": 100, "filter": 'userName co "9999"'},
    {"count": 100, "filter": 'meta.lastModified gt "2020-01-01T00:00:00Z"'},
)


@dataclass(frozen=True)
class Filled:
    """A daemon on a journal of so many users."""

    size: int
    server: Server
    ids: list[str]


@dataclass(frozen=True)
class Question:
    """What is asked, so many times a round: by a path for one user among all."""

    name: str
    times: int
    path: Callable[[Filled, random.Random], str]


def _list(**query: object) -> str:
    return "/scim/v2/Users?" + urlencode(query)


QUESTIONS = (
    Question("GET by id", 5_000, lambda filled, dice: f"/scim/v2/Users/{dice.choice(filled.ids)}"),
    Question("userName eq", 5_000, lambda filled, dice: by_name(f"user{dice.randrange(filled.size)}")),
    Question(
        "emails.value eq",
        5_000,
        lambda filled, dice: _list(filter=f'emails.value eq "user{dice.randrange(filled.size)}@example.com"'),
    ),
    Question("a page of 10 of all", 5_000, lambda _filled, _dice: _list(count=10)),
    Question(
        "userName sw, 11 of them",
        5_000,
        lambda filled, dice: _list(filter=f'userName sw "user{dice.randrange(filled.size // 100, filled.size // 10)}"'),
    ),
)


def measure(rounds: int) -> None:
    """Print how large the journals are, p95 and processor time of each question, and milliseconds of lists."""
    print(f"\nlarge: {' and '.join(f'{size:,}' for size in SIZES)} users, 64 clients, {rounds} interleaved rounds")
    dice = random.Random(1)
    with ExitStack() as stack:
        journals = [_served(stack, size) for size in SIZES]
        for question in QUESTIONS:
            _compare(question, journals, dice, rounds)
        _print_lists(journals[-1].server)


def _compare(question: Question, journals: list[Filled], dice: random.Random, rounds: int) -> None:
    found: dict[int, list[tuple[float, float]]] = {filled.size: [] for filled in journals}
    for _ in range(rounds):
        for filled in journals:
            done = filled.server.get(lambda dice, on=filled: question.path(on, dice), dice, question.times)  # type: ignore[misc]
            found[filled.size].append((done["milliseconds"][1], done["cost"]))
    median = {size: [statistics.median(each) for each in zip(*some, strict=True)] for size, some in found.items()}
    print(f"  {question.name:24} p95  processor   (a million: at most {BAR} times p95)", flush=True)
    for size, (p95, cost) in median.items():
        ratios = f"{median[MANY][0] / p95:.2f} times p95, {median[MANY][1] / cost:.2f} times the processor"
        print(f"    {size:9,}   {p95:12.1f} ms   {cost:4.0f} µs   {'' if size == MANY else ratios}", flush=True)


def _print_lists(server: Server) -> None:
    for query in LISTS:
        first = _quickest(server, query)
        _print_list(query, *first)
        if "nextCursor" in first[1]:
            behind = query | {"cursor": first[1]["nextCursor"]}
            _print_list(query | {"cursor": "the next page"}, *_quickest(server, behind))


def _print_list(query: dict[str, object], took: float, body: dict[str, Any]) -> None:
    print(f"  {took:7.1f} ms   {body['totalResults']:9,} found   {query}", flush=True)


def _quickest(server: Server, query: dict[str, object]) -> tuple[float, dict[str, Any]]:
    return min((_ask(server, query) for _ in range(3)), key=lambda each: each[0])


def _ask(server: Server, query: dict[str, object]) -> tuple[float, dict[str, Any]]:
    """Milliseconds, and the answer."""
    url = f"http://127.0.0.1:{server.port}{_list(**query, attributes='userName')}"
    began = time.perf_counter()
    with urllib.request.urlopen(urllib.request.Request(url, headers=server.headers)) as answered:
        body: dict[str, Any] = json.load(answered)
    return (time.perf_counter() - began) * 1000, body


def _served(stack: ExitStack, size: int) -> Filled:
    folder = KEPT / str(size)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "full").exists():
        _fill_folder(folder, size)
    daemon = Daemon(folder)
    daemon.configure("")
    began = time.perf_counter()
    daemon.start()
    stack.callback(daemon.stop)
    seconds, mib = time.perf_counter() - began, (folder / "journal.db").stat().st_size / 2**20
    print(f"  {size:9,} users: {mib:5.0f} MiB, the daemon was ready after {seconds:.2f} s", flush=True)
    assert daemon.process is not None
    headers = {"Authorization": f"Bearer {daemon.token}"}
    return Filled(size, Server(daemon.port, daemon.process.pid, headers), ids_of(folder / "journal.db"))


def _fill_folder(folder: Path, size: int) -> None:
    (folder / "journal.db").unlink(missing_ok=True)
    began = time.perf_counter()
    asyncio.run(_fill(folder / "journal.db", size))
    (folder / "full").touch()
    took = time.perf_counter() - began
    print(f"  {size:9,} users were put in within {took:.1f} s: {took / size * 1e6:.0f} µs a create", flush=True)


async def _fill(path: Path, size: int) -> None:
    journal = open_journal(path, bytes.fromhex(JOURNAL_KEY), SystemClock())
    try:
        for start in range(0, size, TOGETHER):
            numbers = range(start, min(start + TOGETHER, size))
            await journal.submit(lambda tx, numbers=numbers: _accept_all(tx, numbers))  # type: ignore[misc]
    finally:
        await journal.close()


def _accept_all(tx: Tx, numbers: range) -> None:
    client = Client("default", "default")
    for body in _bodies(numbers):
        prepared = prepare(Asked(client, USER, Search(), raw=body), "POST")
        accept(tx, prepared.request, prepared.decide, lambda *_: ())


def _bodies(numbers: range) -> Iterator[object]:
    for number in numbers:
        yield json.loads(create(f"user{number}")["body"]) | {"displayName": f"Barbara {number % 50_000}"}
