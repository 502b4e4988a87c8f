"""Forty times kill -9 under load, on a real slapd, a REST app and a file; `make soak PART=kill` does it 1,000 times."""

from collections.abc import Callable
from pathlib import Path

import pytest

from demo.slapd import Slapd
from tests.faults.kills import kill_again_and_again

KILLS = 40
SEED = 20261123


@pytest.mark.timeout(600)
def test_what_was_acknowledged_arrives_once_and_in_order_however_often_we_die(
    tmp_path: Path, own_slapd: Callable[..., Slapd]
) -> None:
    told = kill_again_and_again(tmp_path, own_slapd(overlays=("ppolicy",), size_limit=100_000), KILLS, SEED)

    assert told.wrong == []
    assert told.kills == KILLS
    assert told.acknowledged > 20 * KILLS
