"""A run says who changed an entry by hand, and when, as the directory tells it."""

from __future__ import annotations

import re

from bridge.reconcile.report import render_plan
from tests.acceptance.drift.drifting import reconcile
from tests.slapd import Tree
from tests.unit.delivery.world import World

EDITS = 20


async def test_a_run_names_who_changed_what_by_hand(world: World, tree: Tree) -> None:
    names = [f"u{number}" for number in range(EDITS)]
    await world.users_named([*names, "untouched"], displayName="X", title="Engineer")
    for name in names:
        tree.modify(f"uid={name},{tree.people}", title=["Emperor"])
    plan = await reconcile(world)
    await world.deliver_all()

    assert EDITS == len(plan.findings)
    for finding in plan.findings:
        assert finding.changed is not None
        assert tree.admin.user.lower() == (finding.changed.by or "").lower()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", finding.changed.at or "")
    assert any("replace title by " in line and " at 20" in line for line in render_plan(plan))
    assert () == (await reconcile(world)).findings
