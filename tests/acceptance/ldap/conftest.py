"""The bridge without its edge, with real directories behind it: what comes of a wish when they have their say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.ldap.connector import LdapConnector
from tests.acceptance.drift.drifting import drifting
from tests.contract.ldap import connector_to
from tests.directories import ds389, ds389_admin, ds389_tree, own_slapd, slapd, slapd_admin, slapd_tree, tree
from tests.slapd import Tree
from tests.unit.delivery.world import USERS, World

__all__ = ["MakeWorld", "ds389", "ds389_admin", "ds389_tree", "own_slapd", "slapd", "slapd_admin", "slapd_tree", "tree"]

MakeWorld = Callable[..., World]


@pytest.fixture
async def make_world(tmp_path: Path) -> AsyncIterator[MakeWorld]:
    """Makes a world whose target is a tree: `make_world(tree, users={...}, groups={...}, **keys_of_the_connector)`.

    `users` and `groups` are common keys of these tables; `attributes` of users are added to the usual ones, those of
    `without` left out.
    """
    made: list[tuple[World, LdapConnector]] = []

    def make(tree: Tree, users: Any = None, groups: Any = None, own: Any = None, **keys: Any) -> World:
        connector = connector_to(tree, **(own or {}), **keys)
        users = dict(users or {})
        without = users.pop("without", ())
        attributes = {**USERS, "cn": "displayName", **users.get("attributes", {})}
        attributes = {name: source for name, source in attributes.items() if name not in without}
        world = drifting(
            tmp_path,
            connector,
            users={**users, "attributes": attributes},
            groups={"attributes": {"cn": "displayName"}, **(groups or {})},
        )
        made.append((world, connector))
        return world

    yield make
    for world, connector in made:
        await connector.close()
        await world.journal.close()


@pytest.fixture
def world(tree: Tree, make_world: MakeWorld) -> World:
    """A world whose target is the test's own tree."""
    return make_world(tree)
