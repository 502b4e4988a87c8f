"""People and groups of one bridge at a SCIM service: another bridge, and scim2-server, over real HTTP."""

from __future__ import annotations

import signal
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bridge.journal.findings import PlanState, Sort
from connectors.scim import plugin
from connectors.sdk import Context, OutcomeUnknown
from connectors.sdk.http import Doing, Http
from tests.acceptance.drift.drifting import drifting, reconcile
from tests.contract.scim import TOKEN, other_bridge, scim2_server
from tests.daemon import GROUP, USER, Daemon
from tests.unit.delivery.world import ENTERPRISE, World

ROOT = Path(__file__).parents[2]
MANAGER = f"{ENTERPRISE}:manager"
USERS = {
    "userName": "userName",
    "name.familyName": "name.familyName",
    'emails[type eq "work"].value': 'emails[type eq "work"].value',
    "title": "title",
    MANAGER: MANAGER,
}


@dataclass
class Remote:
    """The service, asked as anybody would ask it."""

    url: str
    line: aiohttp.ClientSession

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        async with self.line.request(method, self.url + path, json=body) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json(content_type=None) if answer.status != 204 else None

    async def held(self, endpoint: str, name: str) -> dict[str, dict[str, Any]]:
        """What an endpoint holds, by its naming attribute."""
        found = (await self.ask("GET", f"/{endpoint}"))["Resources"]
        return {each[name]: each for each in found or ()}

    async def users(self) -> dict[str, dict[str, Any]]:
        return await self.held("Users", "userName")

    async def members(self, group: str) -> set[str]:
        found = (await self.held("Groups", "displayName"))[group]
        return {member["value"] for member in found.get("members", ())}


@pytest.fixture(params=["bridge", "scim2-server"])
async def remote(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Remote]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with AsyncExitStack() as stack:
        if request.param == "bridge":
            url, _ = await stack.enter_async_context(other_bridge(tmp_path))
        else:
            url, _ = stack.enter_context(scim2_server())
        yield Remote(url, await stack.enter_async_context(aiohttp.ClientSession(headers=headers)))


@asynccontextmanager
async def world_at(remote: Remote, folder: Path, attributes: dict[str, Any]) -> AsyncIterator[World]:
    """A world whose target is the service, with these attributes of users."""
    mapped = {"users": frozenset(attributes), "groups": frozenset({"displayName"})}
    written = {"base_url": remote.url, "token": SecretStr(TOKEN), "users": {}, "groups": {}}
    settings = plugin.settings.model_validate(written, context={"attributes": mapped})
    connector = plugin.build(settings, Context("app", folder))
    world = drifting(
        folder / "world",
        connector,
        users={
            "attributes": attributes,
            "on_missing": "recreate",
            "match": ["userName"],
            "adopt": "match",
            "scope": 'title ne "Guest"',
        },
        groups={"attributes": {"displayName": "displayName"}, "ownership": "all"},
    )
    yield world
    await connector.close()
    await world.journal.close()


@pytest.fixture
async def world(tmp_path: Path, remote: Remote) -> AsyncIterator[World]:
    async with world_at(remote, tmp_path, USERS) as world:
        yield world


async def test_groups_members_and_managers_in_a_circle_complete_by_themselves(world: World, remote: Remote) -> None:
    """The group is there before its members, the first manager after her report, and each is the other's manager."""
    await world.group("crew")
    ada = await world.user("ada")
    bob = await world.user("bob", **{ENTERPRISE: {"manager": {"value": ada}}})
    await world.change("ada", **{ENTERPRISE: {"manager": {"value": bob}}})
    await world.join("crew", "ada", "bob")
    await world.deliver_all()
    users = await remote.users()
    ids = {name: user["id"] for name, user in users.items()}

    assert set(ids.values()) == await remote.members("crew")
    assert {"ada": ids["bob"], "bob": ids["ada"]} == {
        name: user[ENTERPRISE]["manager"]["value"] for name, user in users.items()
    }
    assert [] == world.parked()


async def test_a_life_at_the_service(world: World, remote: Remote) -> None:
    mail = [{"type": "work", "value": "ada@example.com"}]
    await world.user("ada", title="Engineer", emails=mail)
    await world.group("crew", "ada")
    await world.deliver_all()
    first = await remote.users()
    await world.change("ada", userName="lovelace", title=None, active=False)
    await world.rename_group("crew", "staff")
    await world.deliver_all()
    changed, members = await remote.users(), await remote.members("staff")
    await world.change("lovelace", active=True)
    await world.deliver_all()
    back = await remote.users()
    await world.delete("lovelace")
    await world.deliver_all()

    assert (True, "Engineer", mail[0]["value"]) == (
        first["ada"]["active"],
        first["ada"]["title"],
        first["ada"]["emails"][0]["value"],
    )
    assert first["ada"]["id"] == changed["lovelace"]["id"]
    assert (False, None) == (changed["lovelace"]["active"], changed["lovelace"].get("title"))
    assert {first["ada"]["id"]} == members
    assert back["lovelace"]["active"] is True
    assert ({}, set()) == (await remote.users(), await remote.members("staff"))


async def test_who_leaves_the_scope_is_disabled_and_leaves_the_groups(world: World, remote: Remote) -> None:
    await world.user("ada")
    await world.group("crew", "ada")
    await world.deliver_all()
    await world.change("ada", title="Guest")
    await world.deliver_all()

    assert (await remote.users())["ada"]["active"] is False
    assert set() == await remote.members("crew")


async def test_what_was_delivered_is_found_as_it_was_and_nothing_is_sent_for_nothing(
    world: World, remote: Remote
) -> None:
    await world.user("ada", title=" Chief  Engineer ", emails=[{"type": "work", "value": "Ada@Example.com"}])
    await world.group("crew", "ada")
    await world.deliver_all()
    before = (await remote.users(), await remote.held("Groups", "displayName"))
    await world.look_again()
    await world.deliver_all()

    assert () == (await reconcile(world)).findings
    assert 0 == await world.deliver()
    assert before == (await remote.users(), await remote.held("Groups", "displayName"))


async def test_the_mapping_of_the_example_arrives_whole(remote: Remote, tmp_path: Path) -> None:
    example = tomllib.loads((ROOT / "config/scim-app.toml").read_text())["targets"]["app"]["users"]["attributes"]
    mails = [{"type": "home", "value": "a@home.example", "primary": True}, {"type": "work", "value": "a@x.example"}]
    person: dict[str, Any] = {
        "displayName": "Ada L",
        "emails": mails,
        "phoneNumbers": [{"value": "+1 (201) 555-0123", "type": "work"}, {"value": "tel:+49-711-1"}],
        ENTERPRISE: {"department": "Engines"},
    }
    async with world_at(remote, tmp_path, example) as world:
        await world.user("boss")
        await world.user("ada", **{**person, ENTERPRISE: {"manager": {"value": world.names["boss"]}}})
        await world.deliver_all()
        await world.change("ada", **person)
        await world.deliver_all()
        ada = (await remote.users())["ada"]
        findings = (await reconcile(world)).findings

        assert () == findings
        assert [{"type": "work", "value": "a@x.example", "primary": True}] == ada["emails"]
        assert ["+1 (201) 555-0123", "tel:+49-711-1"] == [each["value"] for each in ada["phoneNumbers"]]
        assert {"department": "Engines"} == ada[ENTERPRISE]
        assert (world.names["ada"], "Ada") == (ada["externalId"], ada["name"]["familyName"])
        assert [] == world.parked()


async def test_drift_at_the_service_is_put_right(world: World, remote: Remote) -> None:
    for name in ("ada", "bob", "cid"):
        await world.user(name, title="Engineer", emails=[{"type": "work", "value": f"{name}@example.com"}])
    await world.group("crew", "ada", "bob")
    await world.deliver_all()
    users, (crew,) = await remote.users(), (await remote.held("Groups", "displayName")).values()
    edited = {**users["ada"], "title": "Empress", "emails": [{"type": "home", "value": "home@example.com"}]}
    await remote.ask("PUT", f"/Users/{users['ada']['id']}", edited)
    await remote.ask("DELETE", f"/Users/{users['bob']['id']}")
    members = [{"value": users[name]["id"]} for name in ("ada", "cid")]
    await remote.ask("PUT", f"/Groups/{crew['id']}", {**crew, "members": members})
    plan = await reconcile(world)
    await world.deliver_all()
    after = await remote.users()

    assert PlanState.APPROVED is plan.state
    assert {Sort.DIFFERENT, Sort.MISSING} == {finding.sort for finding in plan.findings}
    assert "Engineer" == after["ada"]["title"]
    assert {"home@example.com", "ada@example.com"} == {each["value"] for each in after["ada"]["emails"]}
    assert users["bob"]["id"] != after["bob"]["id"]
    assert {after["ada"]["id"], after["bob"]["id"]} == await remote.members("crew")
    assert () == (await reconcile(world)).findings


async def test_who_is_there_already_is_found_by_name_and_adopted(world: World, remote: Remote) -> None:
    theirs = await remote.ask("POST", "/Users", {"schemas": [USER], "userName": "ADA", "nickName": "Countess"})
    await world.user("ada", title="Engineer")
    await world.deliver_all()
    (held,) = (await remote.users()).values()

    assert (theirs["id"], "Countess", "Engineer") == (held["id"], held["nickName"], held["title"])
    assert [] == world.parked()


async def test_a_group_is_not_given_a_name_that_another_group_has(world: World, remote: Remote) -> None:
    """Services take two groups of one name."""
    await remote.ask("POST", "/Groups", {"schemas": [GROUP], "displayName": "Staff"})
    await world.group("Crew")
    await world.deliver_all()
    await world.rename_group("Crew", "Staff")
    await world.deliver_all()
    found = (await remote.ask("GET", "/Groups"))["Resources"]

    assert ["Crew", "Staff"] == sorted(each["displayName"] for each in found)
    assert ["disputed"] == [each.code for each in world.parked()]


async def test_two_users_swap_their_names(world: World, remote: Remote) -> None:
    await world.user("ada", title="A")
    await world.user("bob", title="B")
    await world.deliver_all()
    ada, bob = world.names["ada"], world.names["bob"]
    await world.change("ada", userName="cid")
    await world.change("bob", userName="ada")
    world.names |= {"cid": ada, "ada": bob}
    await world.change("cid", userName="bob")
    await world.deliver_all()

    assert {"ada": "B", "bob": "A"} == {name: user["title"] for name, user in (await remote.users()).items()}
    assert [] == world.parked()


async def test_an_answer_that_is_lost_makes_nothing_twice(
    world: World, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service has done what each call asked for, but nobody hears of it the first time."""
    exchange, lost = Http._exchange, set[tuple[str, str]]()

    async def loses(self: Http, method: str, url: Any, doing: Doing, **request: Any) -> Any:
        answer = await exchange(self, method, url, doing, **request)
        if doing.writes and (method, str(url)) not in lost:
            lost.add((method, str(url)))
            raise OutcomeUnknown("no answer came")
        return answer

    monkeypatch.setattr(Http, "_exchange", loses)
    await world.user("ada")
    await world.group("crew", "ada")
    await world.deliver_all()
    await world.change("ada", title="Countess", active=False)
    await world.rename_group("crew", "staff")
    await world.deliver_all()
    (ada,) = (await remote.ask("GET", "/Users"))["Resources"]
    (staff,) = (await remote.ask("GET", "/Groups"))["Resources"]
    await world.delete("ada")
    await world.deliver_all()

    assert ("Countess", False) == (ada["title"], ada["active"])
    assert ("staff", [ada["id"]]) == (staff["displayName"], [each["value"] for each in staff["members"]])
    assert {} == await remote.users()
    assert {"POST", "PATCH", "DELETE"} == {method for method, _ in lost}
    assert [] == world.parked()


@pytest.fixture
def near(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path)
    yield daemon
    daemon.close()


def test_a_token_that_was_exchanged_is_taken_at_a_reload_and_nothing_is_lost(near: Daemon) -> None:
    with scim2_server() as (url, app):
        near.configure(
            f'[targets.app]\nconnector = "scim"\nbase_url = "{url}"\ntoken = "file:credentials/app-token"\n'
            '[targets.app.users.attributes]\nuserName = "userName"\n',
            **{"app-token": TOKEN},
        )
        near.start()
        app.bearer_tokens = {"exchanged"}
        near.send("POST", "/Users", {"schemas": [USER], "userName": "ada"})
        down = near.wait_for("target.went_down")
        (near.folder / "credentials/app-token").write_text("exchanged")
        assert near.process is not None
        near.process.send_signal(signal.SIGHUP)
        near.wait_for("daemon.reloaded")
        near.until(near.settled)
        held = app.storage.resources  # type: ignore[attr-defined]  # of the storage in memory

        assert ["ada"] == [each.user_name for each in held]
        assert "renew the token" in str(down)
        assert "exchanged" not in str(near.lines)
