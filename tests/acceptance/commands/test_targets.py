"""`targets probe` as an operator types it, while a real directory goes and comes back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from demo.slapd import Slapd
from tests.acceptance.commands.conftest import open_office
from tests.slapd import admin_of, plant

pytestmark = pytest.mark.slapd


def test_a_probe_ends_the_wait_for_a_directory_that_is_back(tmp_path: Path, own_slapd: Callable[..., Slapd]) -> None:
    slapd = own_slapd(overlays=("ppolicy",))
    line = admin_of(slapd)
    tree = plant(slapd, line)
    line.unbind()
    with open_office(tmp_path, tree) as office:
        office.user("kim")
        office.settled()
        told = office.ask("targets", "probe", "corp")
        assert (True, "activation" in told["capabilities"]) == (told["reached"], True)
        assert f"corp: {told['server']}" in office.run("targets", "probe", "corp")

        slapd.stop()
        office.user("lee")
        office.daemon.wait_for("target.went_down", target="corp")
        assert "corp is not called" in office.run("why", "lee", "corp")
        office.refused("targets", "probe", "corp", says="corp: not reached")
        slapd.start()
        assert office.ask("targets", "probe", "corp")["reached"]
        office.settled()
        assert "in_sync: delivered" in office.run("why", "lee", "corp")

        assert office.daemon.stop() == 0
        assert [("probe", "corp")] * 4 == [(what, target) for what, target, _ in office.actions()]
