"""What a real OpenLDAP refuses, and whether that is about one entry, its values, or the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from connectors.sdk import Refused, TargetMisconfigured
from demo.slapd import BASE, POLICY, SERVICE, Slapd
from tests.contract.ldap import Connect, person
from tests.slapd import Tree, admin_of, plant

pytestmark = pytest.mark.slapd
OwnSlapd = Callable[..., Slapd]
SERVICE_WRITES = f"olcAccess: to * by dn.exact={SERVICE} write by anonymous auth by users read by * none"


@pytest.fixture
def planted() -> Iterator[Callable[[Slapd], Tree]]:
    """Makes a branch, as its administrator."""
    with ExitStack() as stack:

        def planted(slapd: Slapd) -> Tree:
            admin = admin_of(slapd)
            stack.callback(admin.unbind)
            return plant(slapd, admin)

        yield planted


async def test_policy_uniqueness_and_syntax_are_three_reasons(
    own_slapd: OwnSlapd, connect: Connect, planted: Callable[[Slapd], Tree]
) -> None:
    slapd = own_slapd(overlays=("ppolicy", "unique"))
    tree = planted(slapd)
    tree.modify(POLICY, pwdCheckQuality=["2"], pwdMinLength=["8"])
    ldap = connect(tree)
    ref = await ldap.create(person("one", mail="one@example.com"))
    with pytest.raises(Refused) as unique:
        await ldap.create(person("two", mail="one@example.com"))
    with pytest.raises(Refused) as syntax:
        await ldap.create(person("three", manager="no name of an entry"))
    with pytest.raises(Refused) as policy:
        await ldap.set_password(ref, "short")

    codes = [each.value.code for each in (unique, syntax, policy)]
    assert ["constraintViolation:unique", "invalidAttributeSyntax", "constraintViolation:password"] == codes
    assert "one@example.com" not in str(unique.value)
    assert ["mail", "manager"] == [unique.value.attribute, syntax.value.attribute]


async def test_a_server_that_takes_no_writes_is_told_as_such(own_slapd: OwnSlapd, connect: Connect) -> None:
    """It can be read, and nothing is the fault of an entry."""
    ldap = connect(Tree(own_slapd(access=(SERVICE_WRITES, "olcReadOnly: TRUE")), BASE, None))
    await ldap.probe()
    with pytest.raises(TargetMisconfigured, match="name the server that takes writes as url"):
        await ldap.create(person("two"))


async def test_a_referral_is_told_and_not_followed(
    own_slapd: OwnSlapd, connect: Connect, planted: Callable[[Slapd], Tree]
) -> None:
    """Below the people stands a part that another server has: writes there are passed on."""
    tree = planted(own_slapd())
    elsewhere = f"ou=elsewhere,{tree.people}"
    tree.admin.add(
        elsewhere, ["referral", "extensibleObject"], {"ou": "elsewhere", "ref": f"ldap://127.0.0.1:1/{elsewhere}"}
    )
    ldap = connect(tree, users={"base": elsewhere})
    with pytest.raises(TargetMisconfigured, match="passes us on to another one"):
        await ldap.create(person("one"))
