"""A directory is away for 20 seconds under 100 changes a second; `make soak PART=away`: for ten minutes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from demo.slapd import Slapd
from tests.faults.away import go_away


@pytest.mark.timeout(240)
def test_nobody_notices_that_a_directory_is_away(tmp_path: Path, own_slapd: Callable[..., Slapd]) -> None:
    told = go_away(tmp_path, own_slapd(size_limit=100_000), users=300, rate=100, normal=5, away=20, seed=20261125)

    assert told.wrong == []
    assert told.normal.refused == told.away.refused == 0
    assert told.changes == 2000
    assert 200 < told.backlog <= told.users  # many changes of one user are one delivery
