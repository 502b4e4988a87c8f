"""What is 389 Directory Server's alone."""

from __future__ import annotations

import pytest

from bridge.journal.runs import RunState
from bridge.reconcile.reconciler import Reconciler
from demo.slapd import SERVICE
from tests.acceptance.ldap.conftest import MakeWorld
from tests.slapd import Tree
from tests.unit.delivery.world import World

pytestmark = [pytest.mark.ds389, pytest.mark.xdist_group("ds389")]
NAMES = [f"u{number}" for number in range(12)]
BASES_ALONE = (
    '(targetattr="*")(targetfilter="(objectClass=organizationalUnit)")(version 3.0; acl "bases alone"; '
    f'allow (read, search, compare) userdn="ldap:///{SERVICE}";)'
)


@pytest.fixture
def world(ds389_tree: Tree, make_world: MakeWorld) -> World:
    return make_world(ds389_tree)


async def test_rights_that_were_taken_away_are_not_taken_for_people_who_left(world: World, ds389_tree: Tree) -> None:
    """The bases are seen, what is below them is not, and the server calls that success."""
    await world.users_named(NAMES, displayName="X")
    reconciler = Reconciler(world.journal, world.target, world.health, world.clock)
    assert RunState.FINISHED is (await reconciler.run()).state
    ds389_tree.modify(ds389_tree.base, aci=[BASES_ALONE])
    report = await reconciler.run()
    await world.deliver_all()

    assert RunState.NOT_CREDIBLE is report.state
    assert "empty" in (report.reason or "")
    assert 0 == report.plan.changes
    assert all(ds389_tree.read(f"uid={name},{ds389_tree.people}") for name in NAMES)


async def test_an_entry_is_followed_by_its_ns_unique_id(world: World, ds389_tree: Tree) -> None:
    """Entries from before the entryUUID plugin have nothing else; that they get an entryUUID later changes nothing."""
    await world.users_named(["bj"], displayName="X")
    found = ds389_tree.read(f"uid=bj,{ds389_tree.people}", "nsUniqueId") or {}
    (link_id,) = (
        entry_id for (entry_id,) in world.journal.read(lambda db: db.execute("SELECT entry_id FROM link").fetchall())
    )

    assert [link_id.encode()] == found["nsUniqueId"]


async def test_a_disabled_account_cannot_bind_and_keeps_its_groups(world: World, ds389_tree: Tree) -> None:
    await world.users_named(["bj"], displayName="X")
    await world.group("crew", "bj")
    await world.deliver()
    dn = f"uid=bj,{ds389_tree.people}"
    ds389_tree.modify(dn, userPassword=["of-no-worth"])
    assert ds389_tree.can_bind(dn, "of-no-worth")
    await world.change("bj", active=False)
    await world.deliver_all()
    assert not ds389_tree.can_bind(dn, "of-no-worth")
    assert [dn.encode()] == (ds389_tree.read(f"cn=crew,{ds389_tree.groups}", "member") or {})["member"]
    await world.change("bj", active=True)
    await world.deliver_all()

    assert ds389_tree.can_bind(dn, "of-no-worth")
