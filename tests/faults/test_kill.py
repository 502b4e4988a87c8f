"""kill -9 at random moments under the load of 64 clients, again and again, on a real slapd, a REST app and a file.

Everything that was acknowledged arrives, nothing arrives twice. Slapd cannot hold two equal DNs, so twins are counted
at the REST app, which takes them without a word.
"""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

from demo.slapd import Slapd
from tests.daemon import Daemon
from tests.faults.load import GONE, Fate, Load
from tests.faults.parts import Parts, standing

KILLS = 20
CLIENTS = 64
SEED = 20261123


async def _until_killed(daemon: Daemon, load: Load, dice: random.Random) -> None:
    """Load the daemon, and kill it with requests and deliveries in hand."""
    running = asyncio.ensure_future(load.run(CLIENTS))
    await load.until_acknowledged(dice.randint(1, 150))
    await asyncio.to_thread(daemon.kill)
    await running


def _kill_again_and_again(daemon: Daemon, kills: int, dice: random.Random) -> dict[str, Fate]:
    fates: dict[str, Fate] = {}
    for number in range(kills):
        daemon.start()
        load = Load(daemon.url, daemon.token, seed=number)
        asyncio.run(_until_killed(daemon, load, dice))
        fates |= load.fates
    return fates


def _as_told(held: dict[str, str], fates: dict[str, Fate]) -> list[str]:
    """What is not as the clients know it."""
    wrong = []
    for login, fate in fates.items():
        found = held.get(login, GONE)
        if found not in fate.may_be:
            wrong.append(f"{login} is {found}, should be one of {sorted(fate.may_be)}")
    return wrong


def test_what_was_acknowledged_arrives_once_however_often_we_die(
    tmp_path: Path, own_slapd: Callable[..., Slapd]
) -> None:
    with standing(tmp_path, own_slapd(overlays=("ppolicy",), size_limit=100_000)) as parts:
        daemon = parts.daemon(deletes=100_000)
        try:
            fates = _kill_again_and_again(daemon, KILLS, random.Random(SEED))
            daemon.start()
            daemon.until(daemon.settled, seconds=90)
            source = _source(daemon)
            _compare(parts, fates, source)
            assert daemon.status()["parked"] == []
            assert daemon.stop() == 0
        finally:
            daemon.close()
    with sqlite3.connect(tmp_path / "journal.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def _source(daemon: Daemon) -> dict[str, str]:
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


def _compare(parts: Parts, fates: dict[str, Fate], source: dict[str, str]) -> None:
    assert _as_told(source, fates) == []
    assert len(source) > KILLS
    for target, held in parts.held().items():
        assert [who for who, count in held.items() if count > 1] == [], f"twins at {target}"
        assert dict(held.keys()) == source, f"{target} is not what SCIM says"
