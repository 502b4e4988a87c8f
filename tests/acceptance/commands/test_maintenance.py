"""`maintenance = …`: nothing reaches a target in its window, and status and why say until when."""

import pytest

from tests.acceptance.commands.conftest import Office

pytestmark = pytest.mark.slapd


def test_in_its_window_a_target_is_left_alone_and_says_so(office: Office) -> None:
    config = office.daemon.config
    before = config.read_text()
    config.write_text(before.replace('connector = "csv"', 'connector = "csv"\nmaintenance = "* * * * * for 1h"'))
    office.reload()
    kim = office.user("kim")
    office.daemon.wait_for("delivery.applied", target="corp", resource=kim)

    file = office.daemon.status()["targets"]["file"]
    assert (1, True) == (file["backlog"], file["closed_until"] is not None)
    assert "file is in maintenance until" in office.run("status")
    assert "it waits, for file is in maintenance until" in office.run("why", "kim", "file")
    assert "file is in maintenance until" in office.run("deliveries", "retry", "file")
    config.write_text(before)
    office.reload()
    office.daemon.wait_for("delivery.applied", target="file", resource=kim)
    office.settled()
