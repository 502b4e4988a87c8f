"""The rules that need no directory; with a real schema they are tested under tests/contract."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.ldap import dn
from connectors.ldap.checking import faults_of, faults_of_classes
from connectors.ldap.kind import Kind
from connectors.ldap.schema import Schema, parse
from connectors.sdk import Entry, Value

USERS = Kind("users", dn.parse("dc=x"), "uid", ("person",))
GROUPS = Kind("groups", dn.parse("dc=x"), "cn", ("person",), ("member",), "cn=nobody")
SYNTAX = "1.3.6.1.4.1.1466.115.121.1"
SCHEMA = parse(
    [
        "( 1.1 NAME 'uid' EQUALITY caseIgnoreMatch )",
        "( 1.2 NAME 'sn' EQUALITY caseIgnoreMatch )",
        f"( 1.3 NAME 'size' SYNTAX {SYNTAX}.27 )",
        f"( 1.4 NAME 'flag' SYNTAX {SYNTAX}.7 SINGLE-VALUE )",
        f"( 1.5 NAME 'member' SYNTAX {SYNTAX}.12 )",
    ],
    ["( 2.1 NAME 'person' STRUCTURAL MUST sn MAY ( size $ flag ) )"],
)


def problems(*values: tuple[str, Value], schema: Schema = SCHEMA, limit: int | None = None) -> list[str | None]:
    held: dict[str, tuple[Value, ...]] = {"uid": ("a",), "sn": ("x",)}
    for name, value in values:
        held[name] = (value,)
    allowed = {"uid"} if schema is SCHEMA else set()
    faults = faults_of(schema, USERS, Entry("users", held), limit)
    return [fault.attribute for fault in faults if fault.attribute not in allowed or limit or not held["uid"][0]]


@pytest.mark.parametrize("value", [7, "7", "-7", True])
def test_values_of_a_syntax(value: Value) -> None:
    name = "flag" if value is True else "size"

    assert problems((name, value)) == []


@pytest.mark.parametrize(("name", "value"), [("size", "seven"), ("size", True), ("flag", "yes"), ("sn", "")])
def test_values_against_a_syntax(name: str, value: Value) -> None:
    assert [name] == problems((name, value))


def test_before_the_schema_is_known_the_name_alone_is_checked() -> None:
    assert problems(("size", "seven"), schema=Schema()) == []
    assert ["uid"] == problems(("uid", " "), schema=Schema())
    assert ["uid"] == problems(("uid", "x" * 20), schema=Schema(), limit=20)


def test_wrong_classes_are_warned_of() -> None:
    strange = Kind("users", dn.parse("dc=x"), "uid", ("nosuch",))

    assert ["nosuch" in warning for warning in faults_of_classes(SCHEMA, strange)] == [True]
    assert ["member" in warning for warning in faults_of_classes(SCHEMA, GROUPS)] == [True]
    assert list(faults_of_classes(Schema(), strange)) == []


def test_a_text_that_is_too_long_is_told_with_the_limit() -> None:
    schema = replace(SCHEMA, attributes={**SCHEMA.attributes, "sn": replace(SCHEMA.attributes["sn"], longest=5)})

    (fault,) = (
        f for f in faults_of(schema, USERS, Entry("users", {"uid": ("a",), "sn": ("Jensen",)})) if f.attribute == "sn"
    )
    assert "sn has 6 characters; this directory takes 5" == fault.problem


def test_what_the_directory_fills_in_is_not_demanded_of_us() -> None:
    """By its own account (NO-USER-MODIFICATION), or as we know of Active Directory."""
    schema = parse(
        ["( 1.1 NAME 'uid' )", "( 1.2 NAME 'sid' NO-USER-MODIFICATION )", "( 1.3 NAME 'category' )"],
        ["( 2.1 NAME 'person' MUST ( sid $ category ) MAY uid )"],
    )
    entry = Entry("users", {"uid": ("a",)})

    assert ["category"] == [fault.attribute for fault in faults_of(schema, USERS, entry)]
    assert [] == faults_of(replace(schema, defaulted=frozenset({"category"})), USERS, entry)
