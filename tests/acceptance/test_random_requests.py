"""Thirty thousand random requests, a seed for each hundred; `make soak PART=requests` sends a million."""

from __future__ import annotations

from pathlib import Path

from tests.daemon import Daemon
from tests.soak.requests import GROWTH, Tally, resident, talk, trouble

CONVERSATIONS = 300
WARM_UP = 60


def test_random_requests_find_nothing_that_is_not_scim(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    daemon.configure("")
    daemon.start()
    tally = Tally()
    try:
        talk(daemon, range(WARM_UP), tally)
        warm = resident(daemon)
        talk(daemon, range(WARM_UP, CONVERSATIONS), tally)
        grown = resident(daemon) - warm
        assert [] == tally.failures[:10]
        assert daemon.stop() == 0
        assert [] == trouble(daemon)[:10]
    finally:
        daemon.close()
    assert tally.requests >= 30_000
    assert {200, 201, 204, 400, 401, 404, 405, 409, 412, 414, 415, 431, 501} <= set(tally.statuses)
    assert grown <= GROWTH
