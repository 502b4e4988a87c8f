"""Who we are at a directory without a password: as a socket knows us, or by a ticket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from connectors.ldap.connector import LdapConnector
from connectors.ldap.settings import has_libldap
from connectors.sdk import TargetMisconfigured
from demo.slapd import Slapd
from tests.contract.ldap import Connect, person
from tests.slapd import Tree, admin_of, plant

pytestmark = pytest.mark.slapd
OwnSlapd = Callable[..., Slapd]


@pytest.fixture
def tree_of() -> Iterator[Callable[[Slapd], Tree]]:
    """Makes a branch, as its administrator."""
    with ExitStack() as stack:

        def tree_of(slapd: Slapd) -> Tree:
            admin = admin_of(slapd)
            stack.callback(admin.unbind)
            return plant(slapd, admin)

        yield tree_of


def by_socket(connect: Connect, tree: Tree, slapd: Slapd) -> LdapConnector:
    return connect(tree, url=slapd.local_url, bind="external", bind_dn=None, bind_password=None)


async def test_a_socket_of_this_machine_says_who_we_are(
    own_slapd: OwnSlapd, connect: Connect, tree_of: Callable[[Slapd], Tree]
) -> None:
    slapd = own_slapd(local=True)
    tree = tree_of(slapd)
    ldap = by_socket(connect, tree, slapd)
    await ldap.probe()
    refs = await asyncio.gather(*(ldap.create(person(f"u{number}")) for number in range(20)))

    assert 20 == len({ref.id for ref in refs})
    assert tree.read(f"uid=u7,{tree.people}") is not None
    assert (await ldap.get(refs[3], ["uid"])) is not None


async def test_whom_the_socket_knows_and_who_has_no_rights_is_told(
    own_slapd: OwnSlapd, connect: Connect, tree_of: Callable[[Slapd], Tree]
) -> None:
    slapd = own_slapd(local=True, access=("olcAccess: to * by * none",))
    with pytest.raises(TargetMisconfigured, match="give the account read and write access"):
        await by_socket(connect, tree_of(slapd), slapd).probe()


@pytest.mark.skipif(not has_libldap(), reason="PYTHON-LDAP IS NOT INSTALLED: nothing of GSSAPI was tested")
async def test_without_a_ticket_nothing_is_tried(
    slapd_tree: Tree, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRB5CCNAME", "FILE:/nowhere")
    ldap = connect(slapd_tree, driver="libldap", bind="gssapi", bind_dn=None, bind_password=None)
    with pytest.raises(TargetMisconfigured, match="we cannot say who we are") as told:
        await ldap.probe()

    assert "noCredentials" == told.value.code
