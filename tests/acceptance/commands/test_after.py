"""`after = ["corp"]`: a real file waits for a real directory, says so, and goes on at once when it may."""

import pytest

from tests.acceptance.commands.conftest import Office

pytestmark = pytest.mark.slapd


def test_a_file_waits_for_the_directory_and_says_for_whom(office: Office) -> None:
    config = office.daemon.config
    config.write_text(config.read_text().replace('connector = "csv"', 'connector = "csv"\nafter = ["corp"]'))
    office.reload()
    office.run("targets", "pause", "corp", "--reason", "maintenance")
    kim = office.user("kim")
    office.daemon.until(lambda: office.waits("file") == {"corp": 1})

    assert "file: 1 wait until corp has them" in office.run("status")
    assert "it waits until corp has it; corp is paused: maintenance" in office.run("why", "kim", "file")
    office.daemon.kill()
    office.daemon.start()
    office.daemon.until(lambda: office.waits("file") == {"corp": 1})
    seen = len(office.daemon.lines)
    office.run("targets", "resume", "corp")
    corp = office.daemon.wait_for("delivery.applied", since=seen, target="corp", resource=kim)
    file = office.daemon.wait_for("delivery.applied", since=seen, target="file", resource=kim)
    assert office.daemon.lines.index(corp) < office.daemon.lines.index(file)
    office.settled()
    assert office.waits("file") == {}


def test_a_reload_that_drops_the_order_lets_what_waits_go_on(office: Office) -> None:
    config = office.daemon.config
    before = config.read_text()
    config.write_text(before.replace('connector = "csv"', 'connector = "csv"\nafter = ["corp"]'))
    office.reload()
    office.run("targets", "pause", "corp")
    kim = office.user("kim")
    office.daemon.until(lambda: office.waits("file") == {"corp": 1})
    config.write_text(before)
    office.reload()

    office.daemon.wait_for("delivery.applied", target="file", resource=kim)
