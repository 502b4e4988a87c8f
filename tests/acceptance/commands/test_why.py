"""`why`, `links` and `deliveries` as an operator types them, beside a real daemon and a real directory."""

import pytest

from tests.acceptance.commands.conftest import Office
from tests.daemon import GROUP

pytestmark = pytest.mark.slapd


def test_why_shows_what_is_wanted_and_what_is_there_with_and_without_the_daemon(office: Office) -> None:
    office.user("kim", title="Boss")
    office.settled()
    office.tree.modify(office.dn("kim"), title=["Clerk"])

    corp, file = office.ask("why", "KIM")["targets"]
    assert ("in_sync", [["title", "replace"]]) == (corp["state"], corp["to_do"]["changes"])
    assert ("in_sync", []) == (file["state"], file["to_do"]["changes"])
    shown = office.run("why", "kim", "corp")
    assert "Clerk" not in shown
    assert f"there    {office.dn('kim')}" in shown
    assert "title: Clerk" in office.run("why", "kim", "corp", "--values")
    office.refused("why", "kin", says="there is no user or group 'kin'")

    assert office.daemon.stop() == 0
    assert shown == office.run("why", "kim", "corp")


def test_a_disputed_user_is_listed_explained_retried_and_linked(office: Office) -> None:
    office.tree.add(office.dn("lee"), "inetOrgPerson", sn="Lee", cn="Lee", mail="old@example.com")
    lee = office.user("lee", emails=[{"type": "work", "value": "new@example.com"}])
    office.settled()

    (parked,) = office.ask("deliveries", "list", "corp", "--parked")["deliveries"]
    assert ("lee", "disputed", "parked") == (parked["name"], parked["code"], parked["state"])
    assert "an entry that is not ours stands in that place" in office.run("why", "lee", "corp")
    seen = len(office.daemon.lines)
    assert "1 parked and 0 put off are due now" in office.run("deliveries", "retry", "corp", "--only", "lee")
    office.daemon.wait_for("delivery.parked", since=seen, resource=lee)

    told = office.run("links", "relink", "lee", "corp", office.dn("lee"))
    assert "replace mail" in told
    office.settled()
    entry = office.tree.read(office.dn("lee"), "mail")
    assert entry == {"mail": [b"new@example.com"]}
    assert "everything is delivered" in office.run("deliveries", "list")

    assert office.daemon.stop() == 0
    assert [("retry", "corp"), ("relink", lee)] == [(what, whom) for what, whom, _ in office.actions()]
    assert "the chain is whole" in office.run("journal", "verify")


def test_an_unlinked_entry_and_its_groups_stay_as_they_are(office: Office) -> None:
    kim = office.user("kim")
    group = {"schemas": [GROUP], "displayName": "staff", "members": [{"value": kim}]}
    assert office.daemon.send("POST", "/Groups", group)[0] == 201
    office.settled()
    (link,) = office.ask("links", "show", "kim", "corp")["links"]
    assert link["locator"] == office.dn("kim")

    assert f"{office.dn('kim')} is not ours any more" in office.run("links", "unlink", "kim", "corp")
    assert "none of ours" in office.run("links", "show", "kim", "corp")
    assert "a person unlinked it" in office.run("why", "kim", "corp")
    office.daemon.kill()
    office.daemon.start()
    office.settled()
    members = office.tree.read(f"cn=staff,{office.tree.groups}", "member")
    assert members is not None
    assert office.dn("kim").encode() in members["member"]
    assert office.tree.read(office.dn("kim")) is not None

    assert "replace" not in office.run("links", "relink", "kim", "corp", link["entry_id"], "--id")
    office.settled()
    assert office.ask("links", "show", "kim", "corp")["links"][0]["entry_id"] == link["entry_id"]
