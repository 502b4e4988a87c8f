"""The LDAP connector keeps the protocol's promises on Samba's domain controller, as it would on Active Directory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connectors.ldap.connector import LdapConnector
from connectors.ldap.settings import has_libldap
from connectors.sdk import (
    Capability,
    Change,
    Conflict,
    Connector,
    Delta,
    Entry,
    Key,
    Missing,
    Query,
    Ref,
    Refused,
    TargetMisconfigured,
    Value,
    Verb,
)
from connectors.sdk.testing import ActivationContract, ConnectorContract, MarksContract, MembersContract, Samples
from connectors.sdk.testing.activation import WithActivation
from tests.contract.ldap import Connect
from tests.samba import BASE, PASSWORD, SERVICE, quoted
from tests.slapd import Tree

pytestmark = [pytest.mark.samba, pytest.mark.xdist_group("samba"), pytest.mark.timeout(300)]
MINE = "Entirely-new-7"
NO_LIBLDAP = pytest.mark.skipif(not has_libldap(), reason="PYTHON-LDAP IS NOT INSTALLED")
BOTH = ["ldap3", pytest.param("libldap", marks=NO_LIBLDAP)]


@pytest.fixture
def driver() -> str:
    """The quicker one: which library speaks is tried on the other directories."""
    return "libldap" if has_libldap() else "ldap3"


def user(cn: str, **attributes: Value | tuple[Value, ...]) -> Entry:
    named = {"cn": cn, "sn": "Jensen", **attributes}
    return Entry("users", {name: value if isinstance(value, tuple) else (value,) for name, value in named.items()})


def to_ad(connect: Connect, tree: Tree) -> LdapConnector:
    """A connector as the documentation has it for Active Directory."""
    return connect(
        tree,
        ca_certificate=tree.slapd.authority,  # type: ignore[attr-defined]
        bind_dn=SERVICE,
        password=PASSWORD,
        users={"base": tree.people, "rdn": "cn", "object_classes": ["user"]},
        groups={"base": tree.groups, "object_classes": ["group"]},
    )


class TestActiveDirectory(ConnectorContract, MarksContract, MembersContract, ActivationContract):
    @pytest.fixture
    def build(self, samba_tree: Tree, connect: Connect) -> Callable[[], Connector]:
        self.tree = samba_tree
        return lambda: to_ad(connect, samba_tree)

    @pytest.fixture
    def samples(self) -> Samples:
        entry = user("B J", mail="bj@example.com", title="Engineer", jpegPhoto=bytes(range(256)))
        return Samples(
            entry=entry,
            altered=user("B J", sn="Doe", mail="babs@example.com", title="Boss", jpegPhoto=b"\xff\xd8\xff"),
            cleared="mail",
            renamed=replace(entry, attributes={**entry.attributes, "cn": ("Babs J",)}),
            other=user("J D"),
            shared="sn",
            unique="cn",
            nameless=Entry("users", {"cn": (), "sn": ("J",)}),
            several=("otherTelephone", ("+49 1", "+49 2")),
            group=Entry("groups", {"cn": ("crew",), "description": ("all of us",)}),
        )

    async def new_account(self, connector: Connector, samples: Samples) -> Ref:
        ref = await connector.create(samples.entry)
        self.tree.modify(ref.locator, unicodePwd=[quoted(MINE)])
        return ref

    @pytest.fixture
    async def ref(self, connector: Connector, samples: Samples) -> Ref:
        """With a password, and enabled."""
        ref = await connector.create(samples.entry)
        self.tree.modify(ref.locator, unicodePwd=[quoted(MINE)])
        self.tree.modify(ref.locator, userAccountControl=[b"512"])
        return ref

    async def place(self, connector: Connector, number: int) -> str:
        """Only who is there can be a member."""
        dn = f"CN=member{number},{self.tree.people}"
        if self.tree.read(dn) is None:
            self.tree.add(dn, "user")
        return dn

    async def is_active(self, connector: WithActivation, ref: Ref) -> bool:
        """By a real bind."""
        return self.tree.can_bind(ref.locator, MINE)


@pytest.fixture
async def ad(samba_tree: Tree, connect: Connect) -> LdapConnector:
    connector = to_ad(connect, samba_tree)
    await connector.probe()
    return connector


def flags(tree: Tree, ref: Ref) -> int:
    return int((tree.read(ref.locator, "userAccountControl") or {})["userAccountControl"][0])


NORMAL, DISABLED, NOT_DELEGATED, DONT_EXPIRE, SMARTCARD = 0x200, 0x2, 0x100000, 0x10000, 0x40000


async def test_it_is_taken_for_what_it_is(ad: LdapConnector) -> None:
    probe = await ad.probe()

    assert "Samba" in probe.server
    assert frozenset({"users"}) == probe.creates_locked
    assert {Capability.ACTIVATION, Capability.MEMBERS, Capability.PASSWORD} <= probe.capabilities
    assert () == probe.warnings


async def test_disabling_five_times_over_is_disabled_and_other_flags_stay(ad: LdapConnector, samba_tree: Tree) -> None:
    ref = await ad.create(user("bj"))
    others = NORMAL | NOT_DELEGATED | DONT_EXPIRE | SMARTCARD
    samba_tree.modify(ref.locator, userAccountControl=[str(others)])
    for _ in range(5):
        await ad.activate(ref, active=False)
        assert others | DISABLED == flags(samba_tree, ref)
    for _ in range(5):
        await ad.activate(ref, active=True)
        assert others == flags(samba_tree, ref)


async def test_a_new_account_is_disabled_and_wants_a_password(ad: LdapConnector, samba_tree: Tree) -> None:
    """Left alone, Active Directory makes one that may be enabled without a password."""
    ref = await ad.create(user("bj"))

    assert NORMAL | DISABLED == flags(samba_tree, ref)
    await ad.set_password(ref, MINE)
    await ad.activate(ref, active=True)
    assert samba_tree.can_bind(ref.locator, MINE)


@pytest.mark.parametrize("password", ['with "quotes" 7A', "Pässwörd 7 \U0001f642", "Aa7" + "x" * 124])
async def test_passwords_of_all_kinds(ad: LdapConnector, samba_tree: Tree, password: str) -> None:
    ref = await ad.create(user("bj"))
    await ad.set_password(ref, password)
    await ad.activate(ref, active=True)

    assert samba_tree.can_bind(ref.locator, password)


async def test_a_password_that_the_policy_refuses_is_told_plainly(ad: LdapConnector) -> None:
    ref = await ad.create(user("bj"))
    with pytest.raises(Refused, match="the domain's password policy does not take it") as refused:
        await ad.set_password(ref, "kurz")

    assert "constraintViolation:password" == refused.value.code
    assert "kurz" not in str(refused.value)


async def test_a_password_is_never_sent_in_the_clear(
    connect: Connect, samba_tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    ad = to_ad(connect, samba_tree)
    await ad.probe()
    ref = await ad.create(user("bj"))
    monkeypatch.setattr(ad, "_passwords", replace(ad._passwords, encrypted=False))
    monkeypatch.setattr(ad._directory.driver, "run", None)

    with pytest.raises(Refused, match="TLS") as refused:
        await ad.set_password(ref, MINE)
    assert "noTls" == refused.value.code


async def test_lengths_and_attributes_are_checked_before_anything_is_sent(ad: LdapConnector) -> None:
    faults = {
        fault.attribute: f"{fault.problem}; {fault.remedy}"
        for fault in ad.check(user("x" * 65, title="y" * 129, nosuch="x", dc="x", info="a note"))
    }

    assert {"cn", "title", "nosuch", "dc"} == set(faults)
    assert "cn has 65 characters; this directory takes 64" in faults["cn"]
    assert "title has 129 characters; this directory takes 128" in faults["title"]


async def test_a_value_that_another_account_has_is_told_apart_from_a_place_that_is_taken(ad: LdapConnector) -> None:
    await ad.create(user("one", sAMAccountName="same"))
    with pytest.raises(Refused) as refused:
        await ad.create(user("two", sAMAccountName="SAME"))
    with pytest.raises(Conflict):
        await ad.create(user("one"))

    assert ("entryAlreadyExists:sAMAccountName", "sAMAccountName") == (refused.value.code, refused.value.attribute)


@pytest.mark.parametrize("driver", BOTH)
async def test_members_that_come_in_ranges_are_all_read(
    ad: LdapConnector, samba_tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Active Directory does so beyond 1,500; Samba when it is asked to."""
    crew = await ad.create(Entry("groups", {"cn": ("crew",)}))
    names = [f"CN=m{number},{samba_tree.people}" for number in range(25)]
    for name in names:
        samba_tree.add(name, "user")
    await ad.update_members(crew, names, [])
    driver, ten = ad._directory.driver, 10

    async def in_ranges(operation: Any) -> Any:
        search = getattr(operation, "search", operation)
        asked = tuple(_at_most(name, ten) for name in getattr(search, "attributes", ()))
        if search is operation:
            return await type(driver).run(driver, replace(operation, attributes=asked) if asked else operation)
        return await type(driver).run(driver, replace(operation, search=replace(search, attributes=asked)))

    monkeypatch.setattr(driver, "run", in_ranges)
    found = await ad.get(crew, [], members=True)
    pages = [page async for page in ad.search(Query("groups", ("cn",), members=True))]

    assert found is not None
    assert ad.normalise("groups", "members", names) == ad.normalise("groups", "members", found.members or ())
    assert set(found.members or ()) == set(pages[0].entries[0].members or ())


def _at_most(name: str, count: int) -> str:
    if name == "member":
        return f"member;range=0-{count - 1}"
    if name.startswith("member;range="):
        start = int(name.removeprefix("member;range=").partition("-")[0])
        return f"member;range={start}-{start + count - 1}"
    return name


async def test_a_member_that_is_not_there_is_missing(ad: LdapConnector, samba_tree: Tree) -> None:
    crew = await ad.create(Entry("groups", {"cn": ("crew",)}))

    with pytest.raises(Missing):
        await ad.update_members(crew, [f"CN=nobody,{samba_tree.people}"], [])


async def test_the_domains_privileged_accounts_are_never_written(connect: Connect, samba_tree: Tree) -> None:
    ad = connect(
        samba_tree,
        ca_certificate=samba_tree.slapd.authority,  # type: ignore[attr-defined]
        bind_dn=SERVICE,
        password=PASSWORD,
        users={"base": f"CN=Users,{BASE}", "rdn": "cn", "object_classes": ["user"]},
        groups=None,
    )
    untouchable = (await ad.probe()).untouchable

    assert any(place.startswith("cn=krbtgt,") for place in untouchable)
    assert any(place.startswith("cn=administrator,") for place in untouchable)


@pytest.mark.parametrize(
    ("account", "password", "said"),
    [(SERVICE, "wrong", "the password is wrong"), (f"CN=nobody,{BASE}", "x", "the password is wrong")],
)
async def test_a_refused_bind_is_told_in_plain_words(
    connect: Connect, samba_tree: Tree, account: str, password: str, said: str
) -> None:
    authority = samba_tree.slapd.authority  # type: ignore[attr-defined]
    ad = connect(samba_tree, ca_certificate=authority, bind_dn=account, password=password)

    with pytest.raises(TargetMisconfigured, match=said):
        await ad.probe()


@pytest.mark.skipif(not has_libldap(), reason="PYTHON-LDAP IS NOT INSTALLED: nothing of Kerberos was tested")
async def test_a_ticket_says_who_we_are(connect: Connect, samba_tree: Tree, samba_ticket: None) -> None:
    """By a keytab, without a password; over TLS as everything else."""
    authority = samba_tree.slapd.authority  # type: ignore[attr-defined]
    keys = {"ca_certificate": authority, "bind": "gssapi", "bind_dn": None, "bind_password": None}
    kinds = {"users": {"base": samba_tree.people, "rdn": "cn", "object_classes": ["user"]}, "groups": None}
    ad = connect(samba_tree, **keys, **kinds)
    await ad.probe()
    ref = await ad.create(user("bj"))
    await ad.set_password(ref, MINE)
    await ad.activate(ref, active=True)

    assert samba_tree.can_bind(ref.locator, MINE)


async def test_names_that_need_care(ad: LdapConnector) -> None:
    for name in (
        "Smith, John",
        "a+b",
        "#lead",
        "O'Neil",
        'quo"te',
        "back\\slash",
        "x=y",
        "<x>;",
        "José",
        "李",
        "🙂",
        "a*b",
        "(p)",
    ):
        entry = Entry("groups", {"cn": (name,)})
        ref = await ad.create(entry)
        found = await ad.get(ref, ["cn"])

        assert found is not None
        assert ad.locate(entry) == ad.locate(found)
        assert [ref.id] == [each.id for each in await ad.find(Key("groups", "cn", name))]
        renamed = Entry("groups", {"cn": (f"{name}2",)})
        after = await ad.update(ref, Delta(renamed, (Change("cn", Verb.REPLACE, (f"{name}2",)),), relocate=True))
        assert ref.id == after.id
        await ad.delete(after)
