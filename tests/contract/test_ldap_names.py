"""Names and values that break directories' clients, on real directories."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from connectors.ldap.connector import LdapConnector
from connectors.ldap.driver import Operation, Result
from connectors.sdk import Change, Conflict, Delta, Entry, Gone, Key, Query, Ref, Refused, Verb
from tests.contract.ldap import Connect, group, person
from tests.proxy import Proxy
from tests.slapd import Tree

NASTY = [
    "Smith, John",
    "a+b",
    "#lead",
    " lead",
    "trail ",
    '"q"',
    "back\\slash",
    "x=y",
    "<>;",
    "José",
    "Jose\u0301",
    "李",
    "🙂",
    "*",
    "a*b",
    "(paren)",
    "a\\2cb",
    "tab\there",
    "x" * 230,
    "comma,plus+semi;",
]


def named(cn: str) -> Entry:
    return Entry("groups", {"cn": (cn,)})


@pytest.mark.parametrize("name", NASTY, ids=[ascii(name)[:20] for name in NASTY])
async def test_a_nasty_name_lives_a_whole_life(ldap: LdapConnector, name: str) -> None:
    """Created, found again, modified, renamed and deleted; in a DN, in a filter and as a member."""
    ref = await ldap.create(named(name))
    found = await ldap.get(ref, ["cn"])
    assert found is not None
    assert ldap.normalise("groups", "cn", [name]) == ldap.normalise("groups", "cn", found.attributes["cn"])
    assert ldap.locate(named(name)) == ldap.locate(found)
    assert [ref.id] == [each.id for each in await ldap.find(Key("groups", "cn", name))]

    other = await ldap.create(named("other"))
    await ldap.update_members(other, [ldap.member_value(ref)], [])
    read = await ldap.get(other, [], members=True)
    assert read is not None
    assert (ldap.member_value(found.ref or ref),) == read.members

    change = Change("description", Verb.REPLACE, (name.strip() or "x",))
    await ldap.update(ref, Delta(named(name), (change,)))
    renamed = Change("cn", Verb.REPLACE, (f"{name}2",))
    after = await ldap.update(ref, Delta(named(f"{name}2"), (renamed,), relocate=True))
    assert ref.id == after.id
    await ldap.delete(after)
    assert await ldap.get(ref, ["cn"]) is None


async def test_places_looked_at_together_are_told_apart(ldap: LdapConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever creates looks first, and many create at once: one search finds each of them, and nothing else."""
    names = [name for name in NASTY if name != "Jose\u0301"]  # the directory holds it for the same as "José"
    refs = [await ldap.create(named(name)) for name in names]
    places = [ldap.locate(named(name)) for name in (*names, *(f"no {name}" for name in names))]
    asked = []
    driver = ldap._directory.driver

    async def noted(operation: Operation) -> Result:
        asked.append(operation)
        return await type(driver).run(driver, operation)

    monkeypatch.setattr(driver, "run", noted)
    found = await asyncio.gather(*(ldap.get(Ref("groups", "", place), ["cn"]) for place in places))

    assert 1 == len(asked)
    assert [ref.id for ref in refs] == [each.ref.id for each in found if each and each.ref]
    assert [None] * len(names) == found[len(names) :]


async def test_a_nul_in_a_name_is_a_fault_and_refused(ldap: LdapConnector) -> None:
    (fault,) = ldap.check(named("a\0b"))

    assert "NUL" in fault.problem
    with pytest.raises(Refused):
        await ldap.create(named("a\0b"))


async def test_a_name_too_long_for_the_directory_is_a_fault_with_the_limit(openldap: LdapConnector) -> None:
    """A name of the very length still works: the limit is the directory's and no guess."""
    ldap = openldap
    longest, longer = named("é" * 121), named("é" * 121 + "x")
    await ldap.create(longest)
    (fault,) = ldap.check(longer)

    assert ldap.check(longest) == []
    assert "a name of 246 bytes; this directory takes 245" in fault.problem
    with pytest.raises(Refused, match="246 bytes"):
        await ldap.create(longer)


async def test_a_base_with_nasty_characters_works(tree: Tree, connect: Connect) -> None:
    base = f"ou=a*b \\2c(c),{tree.base}"
    tree.add(base, "organizationalUnit")
    ldap = connect(tree, users={"base": base})
    await ldap.probe()
    ref = await ldap.create(person("x"))

    assert [ref.id] == [each.id for each in await ldap.find(Key("users", "uid", "x"))]
    found = await ldap.get(ref, ["uid"])
    assert found is not None
    assert ldap.locate(person("x")) == ldap.locate(found)


async def test_a_multi_valued_name_is_the_same_in_any_order(tree: Tree, ldap: LdapConnector) -> None:
    tree.add(f"cn=a+uid=b,{tree.people}", "inetOrgPerson", sn="x")
    for dn in (f"cn=a+uid=b,{tree.people}", f"UID=B+CN=A, {tree.people}"):
        found = await ldap.get(Ref("users", "", dn), ["cn"])

        assert found is not None
        assert ldap.locate(found) == ldap.locate(Entry("users", {}, Ref("users", "x", dn)))


async def test_a_change_of_case_alone_renames_and_keeps_the_entry(tree: Tree, ldap: LdapConnector) -> None:
    ref = await ldap.create(person("jdoe"))
    after = await ldap.update(ref, Delta(person("JDoe"), (Change("uid", Verb.REPLACE, ("JDoe",)),)))

    assert ref.id == after.id
    assert [b"JDoe"] == (tree.read(ref.locator, "uid") or {})["uid"]
    assert ldap.locate(person("jdoe")) == ldap.locate(person("JDoe"))


async def test_values_come_back_as_they_were_sent(ldap: LdapConnector) -> None:
    """Binary, options, long text, and what looks like something else."""
    entry = person(
        "bj",
        **{
            "jpegPhoto": bytes(range(256)) * 400,
            "cn;lang-fr": "Barbe",
            "description": ("TRUE", "20260101000000Z", "4294967296", "ünï \U0001f600 \\ , #"),
            "telephoneNumber": "+49 (30) 1234-56",
            "userPassword": b"never read",
        },
    )
    ref = await ldap.create(entry)
    found = await ldap.get(ref, [name for name in entry.attributes if name != "userPassword"])
    assert found is not None
    for name, values in found.attributes.items():
        assert ldap.normalise("users", name, entry.attributes[name]) == ldap.normalise("users", name, values)


async def test_equal_values_are_written_once(ldap: LdapConnector) -> None:
    ref = await ldap.create(person("bj", mail=("A@x.example", "a@X.example")))
    await ldap.update(ref, Delta(person("bj"), (Change("mail", Verb.REPLACE, ("B@x", "b@X", " b@x")),)))
    found = await ldap.get(ref, ["mail"])

    assert found is not None
    assert {"mail": ("B@x",)} == found.attributes


async def test_case_counts_where_the_schema_says_so(ldap: LdapConnector) -> None:
    def same(attribute: str, one: str, other: str) -> bool:
        return ldap.normalise("users", attribute, [one]) == ldap.normalise("users", attribute, [other])

    assert same("mail", "A@x", "a@X")
    assert same("cn", "B  J ", "b j")
    assert same("telephoneNumber", "+49 30-1", "+49301")
    assert same("manager", "UID=a, dc=x", "uid=A,dc=X")
    assert not same("homeDirectory", "/home/A", "/home/a")
    assert not same("cn", "a", "b")


async def test_a_boolean_a_number_and_a_reference_are_written_as_ldap_writes_them(
    tree: Tree, ldap: LdapConnector
) -> None:
    boss = await ldap.create(person("boss"))
    entry = person("bj", manager=boss, departmentNumber=7, description=True)
    ref = await ldap.create(entry)
    found = await ldap.get(ref, ["manager", "departmentNumber", "description"])

    assert found is not None
    assert {"manager": (boss.locator,), "departmentNumber": ("7",), "description": ("TRUE",)} == found.attributes
    assert ldap.normalise("users", "manager", [boss]) == ldap.normalise("users", "manager", found.attributes["manager"])


async def test_faults_are_told_before_anything_is_sent(ldap: LdapConnector) -> None:
    entry = Entry(
        "users",
        {
            "uid": ("x",),
            "cn": ("x",),
            "nosuch": ("x",),
            "dc": ("x",),
            "l": ("",),
            "manager": ("nobody",),
            "entryUUID": ("x",),
            "employeeNumber": ("1", "2"),
            "a b": ("x",),
        },
    )
    faults = {fault.attribute: f"{fault.problem}; {fault.remedy}" for fault in ldap.check(entry)}

    assert {"sn", "nosuch", "dc", "l", "manager", "entryUUID", "employeeNumber", "a b"} == set(faults)
    assert "add a class that has it to object_classes (dcObject" in faults["dc"]
    assert "inetOrgPerson demands sn" in faults["sn"]


async def test_the_reason_of_a_refusal_is_told_apart(tree: Tree, ldap: LdapConnector) -> None:
    """And never with the value that was refused. 389 tells what is unknown from what is not allowed by words alone."""
    reasons = {}
    for attribute, value in (("telephoneNumber", "*secret*"), ("nosuch", "x"), ("dc", "secret"), ("l", "")):
        with pytest.raises(Refused) as refused:
            await ldap.create(person("bj", **{attribute: value}))
        reasons[attribute] = (refused.value.code, refused.value.attribute)
        assert "secret" not in str(refused.value)

    unknown = "undefinedAttributeType" if tree.is_openldap else "objectClassViolation"
    assert {
        "telephoneNumber": ("invalidAttributeSyntax", "telephoneNumber"),
        "nosuch": (unknown, "nosuch"),
        "dc": ("objectClassViolation", "dc"),
        "l": ("invalidAttributeSyntax", "l"),
    } == reasons


async def test_a_class_the_entry_lacks_is_added_with_the_attribute(tree: Tree, connect: Connect) -> None:
    """An entry made before the class was configured; what it has beside it stays."""
    ldap = connect(tree, users={"base": tree.people, "object_classes": ["inetOrgPerson", "uidObject", "dcObject"]})
    await ldap.probe()
    tree.add(f"uid=old,{tree.people}", "inetOrgPerson", cn="x", sn="x")
    found = await ldap.get(Ref("users", "", f"uid=old,{tree.people}"), [])
    assert found is not None
    assert found.ref is not None
    await ldap.update(found.ref, Delta(person("old", dc="new"), (Change("dc", Verb.REPLACE, ("new",)),)))
    after = tree.read(found.ref.locator, "objectClass", "dc") or {}

    assert {b"inetOrgPerson", b"uidObject", b"dcObject"} <= set(after["objectClass"])
    assert [b"new"] == after["dc"]


async def test_a_required_attribute_cannot_be_cleared(ldap: LdapConnector) -> None:
    ref = await ldap.create(person("bj"))
    with pytest.raises(Refused) as refused:
        await ldap.update(ref, Delta(person("bj"), (Change("sn", Verb.REPLACE, ()),)))

    assert ("objectClassViolation", "sn") == (refused.value.code, refused.value.attribute)


async def test_an_entry_made_anew_at_the_old_name_is_another_one(tree: Tree, ldap: LdapConnector) -> None:
    ref = await ldap.create(person("bj"))
    tree.delete(ref.locator)
    tree.add(ref.locator, "inetOrgPerson", cn="a stranger", sn="x")

    with pytest.raises(Gone):
        await ldap.update(ref, Delta(person("bj"), (Change("cn", Verb.REPLACE, ("x",)),)))
    await ldap.delete(ref)
    assert await ldap.get(ref, ["cn"]) is None
    assert [b"a stranger"] == (tree.read(ref.locator, "cn") or {})["cn"]


async def test_a_moved_entry_is_followed_and_stays_where_it_is(tree: Tree, ldap: LdapConnector) -> None:
    """Even out of the base; a stranger that took its name is left alone."""
    ref = await ldap.create(person("bj"))
    tree.rename(ref.locator, "uid=bj", tree.base)
    tree.add(ref.locator, "inetOrgPerson", cn="a stranger", sn="x")
    moved = f"uid=bj,{tree.base}"
    after = await ldap.update(ref, Delta(person("bj"), (Change("cn", Verb.REPLACE, ("new",)),)))
    assert replace(ref, locator=moved) == after
    renamed = Change("uid", Verb.REPLACE, ("bj2",))
    after = await ldap.update(ref, Delta(person("bj2"), (renamed,), relocate=True))
    assert f"uid=bj2,{tree.base}" == after.locator
    await ldap.delete(ref)

    assert tree.read(after.locator) is None
    assert [b"a stranger"] == (tree.read(ref.locator, "cn") or {})["cn"]


async def test_a_changed_base_moves_the_entry(tree: Tree, connect: Connect, ldap: LdapConnector) -> None:
    ref = await ldap.create(person("bj"))
    later = connect(tree, users={"base": tree.base})
    await later.probe()
    after = await later.update(ref, Delta(person("bj"), (), relocate=True))

    assert replace(ref, locator=f"uid=bj,{tree.base}") == after


async def test_a_rename_drops_the_old_name(tree: Tree, ldap: LdapConnector) -> None:
    ref = await ldap.create(person("bj"))
    changes = (Change("uid", Verb.REPLACE, ("babs",)), Change("sn", Verb.REPLACE, ("Doe",)))
    after = await ldap.update(ref, Delta(person("babs", sn="Doe"), changes, relocate=True))

    assert {"uid": [b"babs"], "sn": [b"Doe"]} == tree.read(after.locator, "uid", "sn")


async def test_an_entry_with_others_below_it_is_not_deleted(tree: Tree, ldap: LdapConnector) -> None:
    ref = await ldap.create(person("bj"))
    for number in range(3):
        tree.add(f"cn=phone{number},{ref.locator}", "applicationProcess")
    with pytest.raises(Refused, match="3 entries stand below") as refused:
        await ldap.delete(ref)

    assert refused.value.fix


async def test_a_name_held_by_an_unmanaged_entry_is_a_conflict(tree: Tree, ldap: LdapConnector) -> None:
    tree.add(f"uid=taken,{tree.people}", "account")
    ref = await ldap.create(person("bj"))

    with pytest.raises(Conflict):
        await ldap.create(person("taken"))
    with pytest.raises(Conflict):
        await ldap.update(ref, Delta(person("taken"), (), relocate=True))
    assert [f"uid=taken,{tree.people}"] == [each.locator for each in await ldap.find(Key("users", "uid", "taken"))]


async def test_entries_of_other_classes_are_not_read(tree: Tree, ldap: LdapConnector) -> None:
    tree.add(f"uid=machine,{tree.people}", "account")
    ref = await ldap.create(person("bj"))
    read = [entry async for page in ldap.search(Query("users", ("uid",))) for entry in page.entries]

    assert [ref.id] == [entry.ref.id for entry in read if entry.ref]


async def test_a_user_renamed_by_the_bridge_is_renamed_in_its_groups(tree: Tree, ldap: LdapConnector) -> None:
    """With refint the directory does it; asking for it again must change nothing."""
    ref = await ldap.create(person("bj"))
    crew = await ldap.create(group("crew"))
    await ldap.update_members(crew, [ldap.member_value(ref)], [])
    after = await ldap.update(ref, Delta(person("babs"), (), relocate=True))
    old, new = ldap.member_value(ref), ldap.member_value(after)
    await ldap.update_members(crew, [new], [old])
    read = await ldap.get(crew, [], members=True)

    assert read is not None
    assert (new,) == read.members


async def test_the_placeholder_is_in_the_directory_and_nowhere_else(slapd_tree: Tree, openldap: LdapConnector) -> None:
    tree, ldap = slapd_tree, openldap
    crew = await ldap.create(group("crew"))
    assert {"member": [b"cn=scim-bridge-placeholder"]} == tree.read(crew.locator, "member")
    one = f"uid=one,{tree.people}"
    await ldap.update_members(crew, [one], [])
    assert {"member": [one.encode()]} == tree.read(crew.locator, "member")
    await ldap.update_members(crew, [], [one])

    assert {"member": [b"cn=scim-bridge-placeholder"]} == tree.read(crew.locator, "member")


async def test_a_member_written_in_another_case_is_the_same_member(tree: Tree, ldap: LdapConnector) -> None:
    crew = await ldap.create(group("crew"))
    await ldap.update_members(crew, [f"uid=one,{tree.people}"], [])
    await ldap.update_members(crew, [f"UID=ONE, {tree.people.upper()}"], [])
    read = await ldap.get(crew, [], members=True)
    assert read is not None
    assert read.members is not None
    assert len(read.members) == 1
    assert ldap.normalise("groups", "members", [f"UID=One, {tree.people}"]) == ldap.normalise(
        "groups", "members", read.members
    )
    await ldap.update_members(crew, [], [f"Uid=One,{tree.people}"])
    read = await ldap.get(crew, [], members=True)

    assert read is not None
    assert () == read.members


async def test_groups_that_may_be_empty_get_no_placeholder(ds389_tree: Tree, connect: Connect) -> None:
    """By the schema of 389 DS; where it was read."""
    ldap = connect(ds389_tree)
    await ldap.probe()
    crew, one = await ldap.create(group("crew")), f"uid=one,{ds389_tree.people}"
    for add, remove, left in (([], [], []), ([one], [], [one.encode()]), ([], [one], [])):
        await ldap.update_members(crew, add, remove)

        assert {"member": left} == ds389_tree.read(crew.locator, "member")


async def test_one_more_member_of_a_large_group_costs_no_more(tree: Tree, connect: Connect) -> None:
    """Neither its other members nor what they are travel."""
    async with Proxy(tree.slapd.port) as proxy:
        ldap = connect(tree, url=proxy.url)
        await ldap.probe()
        crew = await ldap.create(group("crew"))
        many = [f"uid=member{number},{tree.people}" for number in range(3000)]
        await ldap.update_members(crew, many, [])
        for add, remove in ((["cn=new"], []), ([], ["cn=new"]), ([many[7]], []), ([], ["cn=never"])):
            before = proxy.carried
            await ldap.update_members(crew, add, remove)

            assert proxy.carried - before < 3000
        read = await ldap.get(crew, [], members=True)
        assert read is not None
        assert set(many) == set(read.members or ())
        await ldap.close()


async def test_groups_of_unique_names(tree: Tree, connect: Connect) -> None:
    keys = {"base": tree.groups, "object_classes": ["groupOfUniqueNames"], "members": "uniqueMember"}
    ldap = connect(tree, groups=keys)
    await ldap.probe()
    crew = await ldap.create(group("crew"))
    one = f"uid=one,{tree.people}"
    for add, remove, left in (([one], [], (one,)), ([], [one], ())):
        await ldap.update_members(crew, add, remove)
        read = await ldap.get(crew, [], members=True)

        assert read is not None
        assert left == read.members
