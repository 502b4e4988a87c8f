"""The settings as values: what is given where nothing is written."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bridge.settings import GuardSettings, KindSettings, OpsSettings, TargetSettings


def test_a_target_can_be_made_in_code() -> None:
    target = TargetSettings(name="corp", connector="memory", kinds={"users": KindSettings()})

    assert ("default", None, "report", 10.0) == (target.tenant, target.schedule, target.drift, target.timeout)


def test_guards_have_defaults_for_small_and_large_targets() -> None:
    guards = GuardSettings()

    assert [(5, 50), (5, 50), (50, 50), (50, 50), (50, 50), (0, 300)] == [
        (limit.of(10) if limit.floor else 0, limit.of(1000))
        for limit in (
            guards.disables,
            guards.deletes,
            guards.member_removals,
            guards.renames,
            guards.clears,
            guards.group_members,
        )
    ]


def test_guards_are_written_as_numbers_and_shares() -> None:
    guards = GuardSettings.model_validate({"disables": "10%", "deletes": 0, "group_members": "50%"})

    assert (100, 0, 10) == (guards.disables.of(1000), guards.deletes.of(1000), guards.group_members.of(20))


@pytest.mark.parametrize("key", ["disable", "moves"])
def test_an_unknown_guard_is_refused(key: str) -> None:
    with pytest.raises(ValidationError):
        GuardSettings.model_validate({key: 1})


def test_metrics_are_not_served_beyond_loopback() -> None:
    with pytest.raises(ValidationError, match="everybody on the network"):
        OpsSettings.model_validate({"listen": "0.0.0.0:8581"})
