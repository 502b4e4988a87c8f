"""Drift in CSV files: what somebody writes into a file by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.journal.findings import PlanState
from connectors.csv import plugin
from connectors.sdk import Context
from tests.acceptance.drift.drifting import drifting, reconcile
from tests.unit.delivery.world import World

MAPPED = {"login": "userName", "title": "title", "active": "active"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    (tmp_path / "drops").mkdir()
    settings = plugin.settings.model_validate({"path": "drops/users.csv", "users": {}})
    connector = plugin.build(settings, Context("file", tmp_path))
    await connector.open()
    world = drifting(tmp_path, connector, users={"attributes": MAPPED})
    for n in range(20):
        await world.user(f"u{n:02}", title=f"Engineer, {n}", active=True)
    await world.deliver()
    yield world
    await connector.close()
    await world.journal.close()


async def test_what_was_delivered_is_found_to_be_as_it_was_delivered(world):
    assert () == (await reconcile(world)).findings


async def test_what_was_changed_in_the_file_is_put_right(world, tmp_path):
    file = tmp_path / "drops" / "users.csv"
    before = file.read_text()
    file.write_text(before.replace("Engineer, 7", "Emperor"))

    plan = await reconcile(world)
    await world.deliver()

    assert (PlanState.APPROVED, 1) == (plan.state, plan.changes)
    assert before == file.read_text()
    assert () == (await reconcile(world)).findings


async def test_an_emptied_file_is_no_reason_to_conclude_anything(world, tmp_path):
    file = tmp_path / "drops" / "users.csv"
    header = file.read_text().splitlines(keepends=True)[0]
    file.write_text(header)

    plan = await reconcile(world)

    assert "the read is not credible: the read of users was empty, and 20 of its entries are ours" == plan.reason
    assert () == plan.findings
