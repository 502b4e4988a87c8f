from __future__ import annotations

from connectors.ldap import dn
from connectors.ldap.changes import attributes_of, mods_of, refined, with_classes
from connectors.ldap.driver import Do, Mod
from connectors.ldap.kind import Kind
from connectors.ldap.schema import Schema, parse
from connectors.sdk import Change, Entry, Verb

BASE = dn.parse("ou=x,dc=x")
USERS = Kind("users", BASE, "uid", ("inetOrgPerson", "extra"))
GROUPS = Kind("groups", BASE, "cn", ("groupOfNames",), ("member",), "cn=nobody")
NOTHING = Schema()


def test_a_new_entry_has_its_classes_and_no_empty_attribute() -> None:
    entry = Entry("users", {"uid": ("a",), "mail": (), "objectClass": ("top", "Extra"), "cn": ("A", "a")})

    assert {"objectClass": (b"inetOrgPerson", b"extra", b"top"), "uid": (b"a",), "cn": (b"A",)} == attributes_of(
        NOTHING, USERS, entry
    )


def test_a_group_whose_class_demands_a_member_gets_the_placeholder() -> None:
    entry = Entry("groups", {"cn": ("a",)})
    lenient = parse([], ["( 1.1 NAME 'groupOfNames' SUP top STRUCTURAL MUST cn MAY member )"])

    assert (b"cn=nobody",) == attributes_of(NOTHING, GROUPS, entry)["member"]
    assert "member" not in attributes_of(lenient, GROUPS, entry)


def test_changes_that_change_nothing_are_left_out() -> None:
    changes = (
        Change("a", Verb.REPLACE, ()),
        Change("b", Verb.ADD, ()),
        Change("c", Verb.REMOVE, ()),
        Change("d", Verb.ADD, ("x",)),
    )

    assert (Mod(Do.REPLACE, "a", ()), Mod(Do.ADD, "d", (b"x",))) == mods_of(NOTHING, changes)


def test_what_is_there_is_not_added_and_what_is_gone_not_removed() -> None:
    mods = (
        Mod(Do.ADD, "mail", (b"A@x", b"b@x")),
        Mod(Do.ADD, "cn", (b"C",)),
        Mod(Do.DELETE, "sn", (b"gone", b"There")),
        Mod(Do.REPLACE, "l", (b"x",)),
    )
    have = {"MAIL": (b"a@X",), "cn": (b"c",), "sn": (b"there",), "l": (b"x",)}

    assert (
        Mod(Do.ADD, "mail", (b"b@x",)),
        Mod(Do.DELETE, "sn", (b"There",)),
        Mod(Do.REPLACE, "l", (b"x",)),
    ) == refined(NOTHING, mods, have)


def test_a_class_is_only_added() -> None:
    mod = Mod(Do.REPLACE, "l", (b"x",))

    assert (Mod(Do.ADD, "objectClass", (b"extra",)), mod) == with_classes(USERS, [mod], [b"InetOrgPerson", b"foreign"])
    assert with_classes(USERS, [mod], [b"inetorgperson", b"EXTRA"]) is None
