"""`[alerts]` on a real daemon: a real HTTP server and a real program are told once, also across kill -9."""

import hashlib
import hmac
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.slapd import Slapd
from tests.acceptance.commands.conftest import Office, open_office
from tests.slapd import admin_of, plant
from tests.webhook import Webhook, webhook

pytestmark = pytest.mark.slapd

ALERTS = """
[alerts]
webhook = "{url}"
secret = "file:credentials/alert-secret"
command = {command}
patience = "100ms"
"""
PROGRAM = """
import sys
with open(sys.argv[1], "a") as told:
    told.write(sys.stdin.read())
"""


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as hook:
        yield hook


def alerts(folder: Path, hook: Webhook) -> str:
    """The table; what the command is told stands in `folder/told`."""
    (folder / "program.py").write_text(PROGRAM)
    command = json.dumps([sys.executable, str(folder / "program.py"), str(folder / "told")])
    return ALERTS.format(url=hook.url, command=command)


def told(office: Office) -> list[tuple[str, str]]:
    path = office.daemon.folder / "told"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(each["event"], each["state"]) for each in map(json.loads, lines)]


def is_(event: str, state: str) -> Callable[[dict[str, Any]], bool]:
    return lambda document: (document["event"], document["state"]) == (event, state)


def test_an_outage_and_what_is_parked_are_told_once_each(
    tmp_path: Path, own_slapd: Callable[..., Slapd], hook: Webhook
) -> None:
    slapd = own_slapd(overlays=("ppolicy",))
    line = admin_of(slapd)
    tree = plant(slapd, line)
    tree.add(f"uid=lee,{tree.people}", "inetOrgPerson", sn="Lee", cn="Lee")
    line.unbind()
    hook.answers = [503]  # the first try of the first alert comes to nothing
    with open_office(tmp_path, tree, alerts(tmp_path, hook), **{"alert-secret": "s3cret"}) as office:
        office.user("lee")
        parked = hook.wait_for(is_("parked", "raised"))
        assert ("corp", "corp: 1 are parked and wait for a person") == (parked["target"], parked["text"])

        slapd.stop()
        office.user("kim")
        hook.wait_for(is_("target_down", "raised"))
        office.daemon.until(lambda: ("target_down", "raised") in told(office))
        office.daemon.wait_for("alert.told", channel="webhook", alert="parked/corp")
        office.daemon.wait_for("alert.told", channel="webhook", alert="target_down/corp")
        office.daemon.kill()
        seen = len(office.daemon.lines)
        office.daemon.start()
        slapd.start()
        office.run("targets", "probe", "corp")
        hook.wait_for(is_("target_down", "cleared"))
        office.daemon.wait_for("alert.told", since=seen, channel="command", alert="target_down/corp")
        assert office.daemon.stop() == 0

        states = [("parked", "raised"), ("target_down", "raised"), ("target_down", "cleared")]
        assert states == told(office)
        posts = [(post.json["event"], post.json["state"]) for post in hook.posts]
        assert sorted([("parked", "raised"), *states]) == sorted(posts)
        for post in hook.posts:
            signature = hmac.new(b"s3cret", post.body, hashlib.sha256).hexdigest()
            assert post.headers["x-signature-256"] == f"sha256={signature}"
            assert b"lee" not in post.body


def test_a_reload_exchanges_whom_to_tell(office: Office, hook: Webhook) -> None:
    """And a plan that waits is told with what to do."""
    text = office.daemon.config.read_text()
    guards = "[targets.corp.guards]\ndeletes = 0\n"
    office.daemon.config.write_text(text + guards + f'[alerts]\nwebhook = "{hook.url}"\n')
    office.reload()
    kim = office.user("kim")
    office.settled()
    office.daemon.send("DELETE", f"/Users/{kim}")

    held = hook.wait_for(is_("held", "raised"))
    (plan,) = office.ask("plans")
    assert held["remedy"] == f"scim-bridge plan {plan['id'].partition('.')[0]}, then approve or reject it"
    office.run("approve", plan["id"])
    hook.wait_for(is_("held", "cleared"))
