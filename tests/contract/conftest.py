"""Real directories for the connectors that need one, and connectors to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.ldap.connector import LdapConnector
from connectors.ldap.settings import has_libldap
from tests.contract.ldap import Connect, connector_to
from tests.directories import ds389, ds389_admin, ds389_tree, own_slapd, slapd, slapd_admin, slapd_tree, tree
from tests.samba import samba, samba_admin, samba_ticket, samba_tree
from tests.slapd import Tree

__all__ = [
    "ds389",
    "ds389_admin",
    "ds389_tree",
    "own_slapd",
    "samba",
    "samba_admin",
    "samba_ticket",
    "samba_tree",
    "slapd",
    "slapd_admin",
    "slapd_tree",
    "tree",
]


@pytest.fixture(params=["ldap3", "libldap"])
def driver(request: pytest.FixtureRequest) -> str:
    """Which library speaks LDAP."""
    name: str = request.param
    if name == "libldap" and not has_libldap():
        pytest.skip("PYTHON-LDAP IS NOT INSTALLED: nothing of this was tested (pip install '.[libldap]')")
    return name


@pytest.fixture
async def connect(driver: str) -> AsyncIterator[Connect]:
    """Makes connectors that are closed with the test."""
    made: list[LdapConnector] = []

    def make(tree: Tree, **keys: Any) -> LdapConnector:
        made.append(connector_to(tree, **{"driver": driver, **keys}))
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
