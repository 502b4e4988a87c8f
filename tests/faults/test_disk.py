"""The journal's disk is full: nothing is acknowledged that is not on it, and who waits is told so at once."""

import http.client
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.daemon import USER, Daemon

numbers = count()


def post(daemon: Daemon, login: str | None = None, size: int = 3000) -> tuple[int, str | None, float]:
    """Send a new user: the status, Retry-After, and how many seconds it took."""
    body = {"schemas": [USER], "userName": login or f"u{next(numbers)}", "title": "x" * size}
    headers = {"Authorization": f"Bearer {daemon.token}", "Content-Type": "application/scim+json"}
    began = time.monotonic()
    line = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=20)
    try:
        line.request("POST", "/scim/v2/Users", json.dumps(body), headers)
        answer = line.getresponse()
        answer.read()
        return answer.status, answer.getheader("Retry-After"), time.monotonic() - began
    finally:
        line.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], check=False).returncode != 0:
        pytest.skip("mounting needs root: NOT TESTED against a disk that is really full")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.root
def test_a_full_disk_is_told_within_a_second_reads_go_on_and_it_heals_by_itself(small_disk: Path) -> None:
    daemon = Daemon(small_disk)
    daemon.configure("")
    try:
        daemon.start()
        assert post(daemon, "first")[0] == 201
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(max(0, shutil.disk_usage(small_disk).free - 64_000)))
        while (answer := post(daemon))[0] == 201:
            pass

        status, retry_after, seconds = answer
        assert (status, retry_after) == (503, "5")
        assert seconds < 1
        assert all(post(daemon)[0] == 503 for _ in range(10))
        assert daemon.send("GET", "/Users?filter=userName%20eq%20%22first%22")[1]["totalResults"] == 1
        kept = daemon.send("GET", "/Users?count=0")[1]["totalResults"]

        ballast.unlink()
        daemon.until(lambda: post(daemon, "later")[0] in (201, 409), seconds=5)
        assert daemon.send("GET", "/Users?count=0")[1]["totalResults"] == kept + 1
        assert daemon.stop() == 0
    finally:
        daemon.close()
