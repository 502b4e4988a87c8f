"""A death at every step of delivery to every connector; in the end all is as it would have been."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.daemon.wiring import load_settings
from bridge.settings.plugins import discover
from connectors.sdk import Context
from demo.slapd import Slapd
from tests.faults.parts import NAMES, Parts, standing
from tests.faults.steps import Story, Watched, stepping


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
        settings = load_settings(parts.daemon(only=(target,)).config)
        own = settings.targets[target]
        connector = discover()[own.connector].build(own.own, Context(target, settings.directory, {}))
        with stepping(settings, {target: Watched(connector)}) as play:
            steps = play(Story("s0x"))
            for last in range(1, steps + 1):
                play(Story(f"s{last}x"), last)
        states = {last: state(parts, target, f"s{last}x") for last in range(steps + 1)}

        left = [("bea", "t1", 1), ("cid", "t2", 1)]
        assert states[0] == ([left, ["bea"], 2] if target == "corp" else left)
        assert {last: each for last, each in states.items() if each != states[0]} == {}
        assert steps > 30
