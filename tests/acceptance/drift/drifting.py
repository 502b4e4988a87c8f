"""A world around any connector, whose runs revert drift."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bridge.delivery import Deliverer
from bridge.journal.findings import Plan
from bridge.mapping import compile_target
from bridge.reconcile.reconciler import Reconciler
from bridge.scim.resource_types import CORE
from bridge.settings import TargetSettings
from bridge.targets import Health, Target
from connectors.sdk import Connector
from tests.unit.delivery.world import World


def drifting(path: Path, connector: Connector, **kinds: dict[str, Any]) -> World:
    """A world with this connector; `kinds` are the tables `users` and `groups` of its target."""
    world = World(path, connector=connector).start()  # type: ignore[arg-type]
    settings = TargetSettings(name="corp", connector="any", drift="revert", kinds=kinds)
    world.target = Target("corp", settings, connector, compile_target(settings, {e.kind: e for e in CORE.values()}))
    world.health = Health(world.journal, world.target, world.clock, lambda: 0.5)
    world.deliverer = Deliverer(world.journal, world.target, world.health, world.clock, lambda: 0.5)
    return world


async def reconcile(world: World) -> Plan:
    return (await Reconciler(world.journal, world.target, world.health, world.clock).run()).plan
