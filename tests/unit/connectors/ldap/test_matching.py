from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.ldap.matching import decode, distinct, encode, fold
from connectors.ldap.schema import Schema, parse
from connectors.sdk import Ref, Reference, Value

RULES = {
    "ignore": "caseIgnoreMatch",
    "exact": "caseExactMatch",
    "dn": "distinguishedNameMatch",
    "number": "integerMatch",
    "flag": "booleanMatch",
    "phone": "telephoneNumberMatch",
    "digits": "numericStringMatch",
    "time": "generalizedTimeMatch",
    "odd": "ourOwnMatch",
}
SCHEMA = parse(
    [f"( 1.{number} NAME '{name}' EQUALITY {rule} )" for number, (name, rule) in enumerate(RULES.items())]
    + ["( 2.1 NAME 'photo' SYNTAX 1.3.6.1.4.1.1466.115.121.1.28 )"],
    [],
)
BOSS = Ref("users", "1", "uid=Boss,dc=x")


@pytest.mark.parametrize(
    ("attribute", "one", "other"),
    [
        ("ignore", " A  b ", "a B"),
        ("ignore", "\uff21", "a"),
        ("exact", "A  b", "A b"),
        ("dn", "CN=a, dc=x", "cn=A,dc=X"),
        ("dn", BOSS, "UID=boss, dc=x"),
        ("number", "007", 7),
        ("flag", True, "true"),
        ("phone", "+49 30-1", "+49301"),
        ("digits", "1 2", "12"),
        ("time", "202601010000Z", "20260101000000.0Z"),
        ("photo", "x", b"x"),
        ("ignore", b"A", "a"),
    ],
)
def test_these_are_equal(attribute: str, one: Value, other: Value) -> None:
    assert fold(SCHEMA, attribute, one) == fold(SCHEMA, attribute, other)


@pytest.mark.parametrize(
    ("attribute", "one", "other"),
    [("exact", "A", "a"), ("odd", "A", "a"), ("photo", b"a", b"A"), ("number", "x", "y"), ("digits", "1", "2")],
)
def test_these_differ(attribute: str, one: Value, other: Value) -> None:
    assert fold(SCHEMA, attribute, one) != fold(SCHEMA, attribute, other)


@given(st.sampled_from([*RULES, "photo"]), st.text() | st.integers() | st.booleans() | st.binary())
def test_what_comes_back_equals_what_was_sent(attribute: str, value: Value) -> None:
    try:
        sent = encode(value)
    except UnicodeEncodeError:
        return
    read = decode(SCHEMA, attribute, sent)

    assert fold(SCHEMA, attribute, value) == fold(SCHEMA, attribute, read)


def test_before_the_schema_is_known_the_usual_attributes_are() -> None:
    nothing = Schema()

    assert fold(nothing, "cn", "A") == fold(nothing, "cn", "a")
    assert fold(nothing, "manager", "CN=A, dc=x") == fold(nothing, "manager", "cn=a,dc=x")
    assert fold(nothing, "telephoneNumber", "1 2") == fold(nothing, "telephoneNumber", "12")
    assert fold(nothing, "homeDirectory", "A") != fold(nothing, "homeDirectory", "a")
    assert b"x" == decode(nothing, "jpegPhoto", b"x")


def test_the_first_spelling_of_equal_values_is_kept() -> None:
    assert ["A", "b"] == distinct(SCHEMA, "ignore", ["A", "a", "b", " B"])


def test_an_unresolved_reference_is_never_written() -> None:
    with pytest.raises(TypeError):
        encode(Reference("User", "7"))
    assert b"uid=Boss,dc=x" == encode(BOSS)


def test_bytes_that_are_no_text_stay_bytes() -> None:
    assert b"\xff" == decode(SCHEMA, "ignore", b"\xff")


def test_a_schema_without_matching_rules_is_compared_by_syntax() -> None:
    """Active Directory's."""
    syntax = "1.3.6.1.4.1.1466.115.121.1"
    schema = parse([f"( 1.1 NAME 'title' SYNTAX '{syntax}.15' )", f"( 1.2 NAME 'manager' SYNTAX '{syntax}.12' )"], [])

    assert fold(schema, "title", "BOSS") == fold(schema, "title", "Boss")
    assert fold(schema, "manager", "CN=a, DC=x") == fold(schema, "manager", "cn=A,dc=X")
