"""Somebody is disabled behind a backlog of 20,000 creates; `make soak PART=backlog`: of 100,000, and within 2 s."""

from collections.abc import Callable
from pathlib import Path

import pytest

from demo.slapd import Slapd
from tests.faults.backlog import disable_behind

BACKLOG = 20_000


@pytest.mark.timeout(240)
def test_who_is_disabled_overtakes_the_backlog(tmp_path: Path, own_slapd: Callable[..., Slapd]) -> None:
    told = disable_behind(tmp_path, own_slapd(overlays=("ppolicy",), size_limit=200_000), BACKLOG)

    assert told.locked
    assert told.behind > BACKLOG * 0.8
