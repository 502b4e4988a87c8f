"""The unit is one that systemd accepts, and as closed as a daemon that holds keys should be."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "systemd" / "scim-bridge.service"
MOST_EXPOSURE = 1.5

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a command that exists on this machine: `verify` looks for it."""
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/scim-bridge/bin/scim-bridge", sys.executable))
    return copy


def test_systemd_finds_nothing_to_say_about_the_unit(unit: Path) -> None:
    answer = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )

    assert (0, "") == (answer.returncode, answer.stdout + answer.stderr)


def test_the_unit_is_hardened(unit: Path) -> None:
    answer = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=True,
    )

    exposure = re.search(r"Overall exposure level for .*: ([0-9.]+)", answer.stdout)
    assert exposure is not None
    assert float(exposure[1]) <= MOST_EXPOSURE
