"""Marks on a real directory: why it is read whole, though it has words of its own for what has changed."""

from __future__ import annotations

import time

from connectors.ldap.connector import LdapConnector
from connectors.sdk import Query, Ref
from tests.contract.ldap import person
from tests.slapd import Tree

SECONDS = 10
"""The longest that the directory may take to see to its references."""


async def test_what_the_directory_changes_by_itself_has_another_mark(slapd_tree: Tree, openldap: LdapConnector) -> None:
    """refint takes away a manager who is gone, and leaves entryCSN and modifyTimestamp as they were."""
    tree, ldap = slapd_tree, openldap
    boss = await ldap.create(person("boss"))
    ref = await ldap.create(person("bj", manager=boss))
    before, own = await mark(ldap, ref), tree.read(ref.locator, "entryCSN", "modifyTimestamp")
    tree.delete(boss.locator)
    until_without(tree, ref.locator, "manager")

    assert await mark(ldap, ref) != before
    assert tree.read(ref.locator, "entryCSN", "modifyTimestamp") == own


async def mark(ldap: LdapConnector, ref: Ref) -> str:
    pages = ldap.search(Query(ref.kind, ("uid", "manager"), salt="salt"))
    return {id_: mark async for page in pages for id_, mark in page.marks.items()}[ref.id]


def until_without(tree: Tree, dn: str, attribute: str) -> None:
    """It is done soon after the answer, by a task of the directory's own."""
    end = time.monotonic() + SECONDS
    while (tree.read(dn, attribute) or {}).get(attribute):
        assert time.monotonic() < end, f"{attribute} is there still"
