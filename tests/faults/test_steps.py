"""A death at every step of delivery to every connector; in the end all is as it would have been."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.daemon.wiring import load_settings
from bridge.settings.plugins import discover
from connectors.sdk import Context
from demo.slapd import Slapd
from tests.daemon import Daemon
from tests.faults.parts import NAMES, Parts, standing
from tests.faults.steps import Story, Watched, stepping

SCIM = """
[targets.far]
connector = "scim"
base_url = "{url}"
token = "file:credentials/far-token"
[targets.far.users.attributes]
userName = "userName"
title = "title"
[targets.far.groups.attributes]
displayName = "displayName"
"""


def state(parts: Parts, target: str, prefix: str) -> list[object]:
    """What the target holds of a story, without its prefix; for the directory who is locked, and the group's size."""
    held = [
        (login.removeprefix(prefix), title, times)
        for (login, title), times in parts.held()[target].items()
        if login.startswith(prefix)
    ]
    if target != "corp":
        return sorted(held)
    locked = [login.removeprefix(prefix) for login in parts.locked() if login.startswith(prefix)]
    return [sorted(held), locked, parts.members(f"{prefix}team")]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("target", NAMES)
def test_a_death_at_any_step_changes_nothing(tmp_path: Path, own_slapd: Callable[..., Slapd], target: str) -> None:
    with standing(tmp_path, own_slapd(overlays=("ppolicy",), size_limit=10_000)) as parts:
        states = deaths(parts.daemon(only=(target,)), target, lambda prefix: state(parts, target, prefix))

    left = [("bea", "t1", 1), ("cid", "t2", 1)]
    assert states[0] == ([left, ["bea"], 2] if target == "corp" else left)
    assert {last: each for last, each in states.items() if each != states[0]} == {}


def deaths(daemon: Daemon, target: str, state: Callable[[str], Any], stride: int = 1) -> dict[int, Any]:
    """The states that a story leaves at the target, by the step at which we died, each or some of them; 0: at none."""
    settings = load_settings(daemon.config)
    own = settings.targets[target]
    connector = discover()[own.connector].build(own.own, Context(target, settings.directory, {}))
    with stepping(settings, {target: Watched(connector)}) as play:
        steps = play(Story("s0x"))
        died = range(1, steps + 1, stride)
        for last in died:
            play(Story(f"s{last}x"), last)
    assert steps > 30
    return {last: state(f"s{last}x") for last in (0, *died)}


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Daemon]:
    """A bridge that delivers to nobody."""
    folder = tmp_path / "far"
    folder.mkdir()
    daemon = Daemon(folder)
    daemon.configure("")
    yield daemon.start()
    daemon.close()


def at_service(far: Daemon, prefix: str) -> tuple[list[Any], list[int]]:
    """Who is there, with the title, whether active, how often; and the sizes of the groups."""
    users = far.send("GET", f"/Users?filter=userName%20sw%20%22{prefix}%22")[1]["Resources"]
    groups = far.send("GET", f"/Groups?filter=displayName%20sw%20%22{prefix}%22")[1]["Resources"]
    people = Counter((u["userName"].removeprefix(prefix), u.get("title"), u["active"]) for u in users)
    return sorted(people.items()), [len(group.get("members", ())) for group in groups]


@pytest.mark.timeout(300)
def test_a_death_at_any_step_changes_nothing_at_a_scim_service(tmp_path: Path, far: Daemon) -> None:
    """The other bridge takes two groups of one name: twins would be seen.

    We die at every third step: on the way there and on the way back in turn. At each step we die at REST's.
    """
    near = Daemon(tmp_path)
    near.configure(SCIM.format(url=far.url), **{"far-token": far.token})
    states = deaths(near, "far", lambda prefix: at_service(far, prefix), stride=3)

    assert states[0] == ([(("bea", "t1", False), 1), (("cid", "t2", True), 1)], [2])
    assert {last: each for last, each in states.items() if each != states[0]} == {}
