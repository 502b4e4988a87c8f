"""Real directories for the connectors that need one, and connectors to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.ldap.connector import LdapConnector
from tests.contract.ldap import Connect, connector_to
from tests.directories import ds389, ds389_admin, ds389_tree, own_slapd, slapd, slapd_admin, slapd_tree, tree
from tests.slapd import Tree

__all__ = ["ds389", "ds389_admin", "ds389_tree", "own_slapd", "slapd", "slapd_admin", "slapd_tree", "tree"]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Makes connectors that are closed with the test."""
    made: list[LdapConnector] = []

    def make(tree: Tree, **keys: Any) -> LdapConnector:
        made.append(connector_to(tree, **keys))
        return made[-1]

    yield make
    for connector in made:
        await connector.close()


@pytest.fixture
async def openldap(slapd_tree: Tree, connect: Connect) -> LdapConnector:
    """The same where it must be OpenLDAP."""
    connector = connect(slapd_tree)
    await connector.probe()
    return connector


@pytest.fixture
async def ldap(tree: Tree, connect: Connect) -> LdapConnector:
    """A probed connector to the test's own tree."""
    connector = connect(tree)
    await connector.probe()
    return connector
