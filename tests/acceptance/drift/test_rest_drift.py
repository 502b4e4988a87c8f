"""Drift in the demo's REST app, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bridge.journal.findings import PlanState, Sort
from connectors.rest import plugin
from connectors.sdk import Context
from demo.app import make_app
from demo.app_state import App
from tests.acceptance.drift.drifting import drifting, reconcile
from tests.contract.test_rest import GROUPS, TOKEN, USERS
from tests.unit.delivery.world import World

MAPPED = {"login": "userName", "title": "title", "active": "active", "email": 'emails[type eq "work"].value'}
NAMES = [f"u{n:02}" for n in range(20)]


@pytest.fixture
def app() -> App:
    return App(TOKEN, unique=True)


@pytest.fixture
async def world(tmp_path: Path, app: App) -> AsyncIterator[World]:
    async with TestServer(make_app(app)) as server:
        raw = {"base_url": str(server.make_url("/")), "token": SecretStr(TOKEN), "users": USERS, "groups": GROUPS}
        connector = plugin.build(plugin.settings.model_validate(raw), Context("app", tmp_path))
        await connector.open()
        world = drifting(
            tmp_path,
            connector,
            users={"attributes": MAPPED},
            groups={"attributes": {"name": "displayName"}, "ownership": "all"},
        )
        for name in NAMES:
            await world.user(name, title="Engineer", active=True)
        await world.group("staff", *NAMES[:3])
        await world.deliver()
        yield world
        await connector.close()
        await world.journal.close()


def user(app: App, login: str) -> dict[str, object]:
    return next(held for held in app.users.values() if held["login"] == login)


async def test_what_was_delivered_is_found_to_be_as_it_was_delivered(world):
    assert () == (await reconcile(world)).findings


async def test_what_was_changed_in_the_app_is_put_right(world, app):
    user(app, "u01")["title"] = "Emperor"
    user(app, "u02")["active"] = False
    user(app, "u03")["login"] = "renamed"
    (staff,) = app.teams.values()
    before = list(staff["members"])
    staff["members"] = [before[0], user(app, "u09")["id"]]

    plan = await reconcile(world)
    await world.deliver()
    again = await reconcile(world)

    assert (PlanState.APPROVED, 4) == (plan.state, plan.changes)
    assert () == again.findings
    assert ("Engineer", True) == (user(app, "u01")["title"], user(app, "u02")["active"])
    assert user(app, "u03")
    assert sorted(before) == sorted(staff["members"])


async def test_missing_and_foreign_users_are_told_apart(world, app):
    del app.users[str(user(app, "u07")["id"])]
    app.users["u99"] = {"id": "u99", "login": "admin"}

    plan = await reconcile(world)

    found = {finding.sort: finding.resource or finding.locator for finding in plan.findings}
    assert {Sort.MISSING: world.names["u07"], Sort.FOREIGN: "users/login=admin"} == found
    assert PlanState.HELD is plan.state
