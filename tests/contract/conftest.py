"""The real OpenLDAP for the connectors that need one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from connectors.ldap.connector import LdapConnector
from tests.contract.ldap import Connect, connector_to
from tests.slapd import Tree, own_slapd, slapd, slapd_admin, tree

__all__ = ["own_slapd", "slapd", "slapd_admin", "tree"]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes connectors that are closed with the test."""
    with ExitStack() as stack:

        def make(tree: Tree, **keys: Any) -> LdapConnector:
            connector = connector_to(tree, **keys)
            stack.callback(connector.close_now)
            return connector

        yield make


@pytest.fixture
async def ldap(tree: Tree, connect: Connect) -> AsyncIterator[LdapConnector]:
    """A probed connector to the test's own tree."""
    connector = connect(tree)
    await connector.probe()
    yield connector
    await connector.close()
