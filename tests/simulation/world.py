"""What the world of a seed is like: the targets, their settings, and whose entries are there already."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bridge.settings import Settings, TargetSettings
from bridge.settings.kinds import Nested, Ownership
from bridge.settings.models import JournalSettings
from tests.simulation.system import Nature, Policy, System

BEGINNING = 1_700_000_000_000
HOUR = 3600.0
LOOSE = dict.fromkeys(("disables", "deletes", "member_removals", "renames", "clears"), 100_000)
DELETES = 5
"""What the default guard lets pass within an hour, where few entries are."""
USERS = {
    "uid": "userName",
    "number": "externalId",
    "sn": "name.familyName",
    "title": "title",
    "manager": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
}
GROUPS = {"cn": "displayName", "number": "externalId"}


def policies(dice: random.Random) -> dict[str, Policy]:
    """One to three targets."""
    return {f"t{n}": _policy(dice) for n in range(dice.choice((1, 1, 2, 3)))}


def settings(dice: random.Random, folder: Path, policies: dict[str, Policy]) -> Settings:
    """The config."""
    return Settings(
        file=folder / "bridge.toml",
        directory=folder,
        journal=JournalSettings.model_construct(path=folder / "journal.db", key=SecretStr("00" * 32)),
        targets={name: _target(dice, name, policy) for name, policy in policies.items()},
    )


def with_groups(settings: Settings, name: str, policy: Policy) -> Settings:
    """The config, with another word about the groups of a target."""
    target = settings.targets[name]
    said = {"nested": Nested("flatten" if policy.flattens else "keep"), "ownership": Ownership(policy.ownership)}
    kinds = {**target.kinds, "groups": target.kinds["groups"].model_copy(update=said)}
    return settings.model_copy(
        update={"targets": {**settings.targets, name: target.model_copy(update={"kinds": kinds})}}
    )


def _policy(dice: random.Random) -> Policy:
    return Policy(
        on_disable=dice.choice(("lock", "lock", "delete", "attribute:state=off|on")),
        scoped=dice.random() < 0.4,
        on_leave=dice.choice(("disable", "delete", "keep")),
        flattens=dice.random() < 0.5,
        ownership=dice.choice(("own", "all")),
    )


def _target(dice: random.Random, name: str, policy: Policy) -> TargetSettings:
    users: dict[str, Any] = {
        "attributes": USERS,
        "on_disable": policy.on_disable,
        "on_missing": dice.choice(("hold", "recreate")),
        "on_delete": dice.choice(("delete", ["lock", "20s delete"], ["lock", "strip-groups", "40s delete"])),
        "on_leave": policy.on_leave,
        "scope": 'userType eq "Employee"' if policy.scoped else None,
    }
    groups = {
        "attributes": GROUPS,
        "on_missing": dice.choice(("hold", "recreate")),
        "nested": "flatten" if policy.flattens else "keep",
        "ownership": policy.ownership,
    }
    return TargetSettings(
        name=name,
        connector="simulated",
        drift=dice.choice(("report", "revert")),
        schedule=dice.choice((None, None, "* * * * *", "*/5 * * * *")),
        timeout=10.0,
        guards=LOOSE if dice.random() < 0.7 else {},
        kinds={"users": users, "groups": groups},
    )


def systems(dice: random.Random, policies: dict[str, Policy]) -> dict[str, System]:
    """The targets themselves."""
    made = {}
    for name, policy in policies.items():
        nature = Nature(
            unique=dice.random() < 0.6,
            by_locator=dice.random() < 0.5,
            can_lock=dice.random() < 0.7,
            concurrency=dice.choice((1, 2, 8)),
            trouble=dice.choice((0.0, 0.02, 0.1, 0.3)),
        )
        made[name] = System(name, nature, policy, random.Random(dice.random()))
        if dice.random() < 0.3:
            made[name].plant("users", dice.choice(("u0a", "u1b", "somebody")))
    return made


def beyond_budget(settings: TargetSettings, system: System) -> Iterator[str]:
    """Whether more entries went within an hour than the guards let pass, before a person looked.

    What an hour let pass may be carried out in the next, where the target was away meanwhile.
    """
    if settings.guards.deletes.floor > DELETES:
        return
    times = sorted(time for time, _ in system.removed)
    for first, last in zip(times, times[2 * DELETES :], strict=False):
        if last - first < HOUR:
            yield f"{system.name}: more than {2 * DELETES} entries deleted within an hour: {times}"
            return
