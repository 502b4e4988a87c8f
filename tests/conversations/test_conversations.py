"""What real identity providers send, replayed against the real daemon: each recorded case by itself.

Every case passes under its sender's profile; those of a file without one pass under any.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conversations.replay import HERE, PROFILES, Sender, load, start
from tests.daemon import Daemon

FILES = {file.stem: load(file) for file in sorted(HERE.glob("*.json"))}
CASES = [
    pytest.param(client, case, id=f"{client}-{case['id']}")
    for recorded in FILES.values()
    for case in recorded["cases"]
    for client in case.get("profiles", recorded.get("profiles", ["default"]))
]


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    daemon = start(tmp_path_factory.mktemp("conversations"), {name: name for name in PROFILES})
    yield daemon
    assert daemon.stop() == 0


@pytest.mark.parametrize(("client", "case"), CASES)
def test_a_recorded_request_is_answered_as_its_sender_expects(
    daemon: Daemon, client: str, case: dict[str, Any]
) -> None:
    Sender.of(daemon, client).replay(case)


def test_every_profile_has_recorded_cases() -> None:
    assert {"default", *PROFILES} == {case.values[0] for case in CASES}
