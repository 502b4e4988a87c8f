from typing import Any

import pytest

from bridge.scim.errors import InvalidFilter
from bridge.scim.evaluate import compile_selection, matches
from bridge.scim.filter_text import parse
from bridge.scim.resource_types import GROUP, USER
from tests.unit.scim.things import MORE, THING, thing

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"


def holds(text: str, resource: dict[str, Any]) -> bool:
    return matches(parse(text), resource, USER)


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "bjensen"',
        'USERNAME eq "BJENSEN"',
        'userName sw "BJ"',
        'userName co "jen"',
        'userName ew "SEN"',
        'userName ne "other"',
        'userName gt "a"',
        'userName ge "bjensen"',
        'userName lt "c"',
        'userName le "bjensen"',
        'name.familyName co "ens"',
        "name pr",
        "name.givenName pr",
        'emails eq "bjensen@example.com"',
        'emails.value eq "babs@jensen.example"',
        'emails co "jensen"',
        'emails[type eq "work" and value co "@example.com"]',
        'emails[type eq "work"].value eq "bjensen@example.com"',
        "emails[primary eq true]",
        "emails.primary eq true",
        'emails.value ne "bjensen@example.com"',
        "active eq true",
        'active eq "True"',
        "not (active eq false)",
        "active ne false",
        "nickName eq null",
        "title ne null",
        'nickName ne "x"',
        f'{CORE}:userName eq "bjensen"',
        f'{ENTERPRISE}:department eq "tours"',
        f'{ENTERPRISE.upper()}:DEPARTMENT eq "tours"',
        f'{ENTERPRISE}.department eq "tours"',
        f'{ENTERPRISE}:manager eq "26118915"',
        f'{ENTERPRISE}:manager.value eq "26118915"',
        f'{ENTERPRISE}.manager.value eq "26118915"',
        f"{ENTERPRISE} pr",
        f'schemas eq "{ENTERPRISE}"',
        'title pr and userName sw "b" or userName eq "nobody"',
    ],
)
def test_a_user_matches(text: str, user: dict[str, Any]) -> None:
    assert holds(text, user)
    assert not holds(f"not ({text})", user)


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "bjense"',
        "userName eq 5",
        "userName gt 5",
        'userName gt "bjensen"',
        'emails[type eq "home" and value co "@example.com"]',
        'emails[type eq "home"].value eq "bjensen@example.com"',
        "nickName pr",
        'nickName eq ""',
        "active eq 1",
        "active eq null",
        'department eq "Tours"',
        'urn:example:unknown:department eq "Tours"',
        "name.nothing pr",
        f"{ENTERPRISE}:nothing pr",
    ],
)
def test_a_user_does_not_match(text: str, user: dict[str, Any]) -> None:
    assert not holds(text, user)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('nothing eq "x"', False),
        ("nothing pr", False),
        ('nothing gt "x"', False),
        ('nothing[value eq "x"]', False),
        ('nothing ne "x"', True),
        ("nothing eq null", True),
        ('emails[nothing eq "x"]', False),
        ('not (nothing eq "x")', True),
    ],
)
def test_an_unknown_attribute_has_no_value(text: str, expected: bool, user: dict[str, Any]) -> None:
    assert expected == holds(text, user)


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_what_is_empty_is_not_present(empty: object) -> None:
    assert not holds("title pr", {"title": empty})
    assert holds("title eq null", {"title": empty})


def test_text_is_folded_unless_case_is_exact() -> None:
    resource = {"userName": "Ｓtraße", "externalId": "Abc"}  # noqa: RUF001

    assert holds('userName eq "STRASSE"', resource)
    assert holds('userName sw "str"', resource)
    assert holds('externalId eq "Abc"', resource)
    assert not holds('externalId eq "abc"', resource)
    assert not holds('externalId sw "a"', resource)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('members eq "Abc"', True),
        ('members.value eq "Abc"', True),
        ('members[value eq "Abc"]', True),
        ('members eq "abc"', False),
        ('members[value eq "abc"]', False),
        ('members[value eq "Abc" and type eq "user"]', True),
    ],
)
def test_the_id_of_a_resource_is_compared_exactly(text: str, expected: bool) -> None:
    resource = {"displayName": "Tours", "members": [{"value": "Abc", "$ref": "https://x/Users/Abc", "type": "User"}]}

    assert expected == matches(parse(text), resource, GROUP)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('meta.created eq "2026-01-02T03:04:05Z"', True),
        ('meta.created eq "2026-01-02T04:04:05+01:00"', True),
        ('meta.created eq "2026-01-02T03:04:05.0000000Z"', True),
        ('meta.created eq "2026-01-02T03:04:05"', True),
        ('meta.created gt "2026-01-02T03:04:05Z"', False),
        ('meta.created ge "2026-01-02T00:04:05-03:00"', True),
        ('meta.created lt "2026-01-02T03:04:05.001Z"', True),
        ('meta.created ne "2026-01-02T03:04:05Z"', False),
        ('meta.created sw "2026-01-02"', True),
    ],
)
def test_dates_are_compared_by_the_instant_they_mean(text: str, expected: bool) -> None:
    assert expected == holds(text, {"meta": {"created": "2026-01-02T03:04:05.000Z"}})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("integer eq 5", True),
        ("integer eq 5.0", True),
        ("integer gt 4.5", True),
        ("integer le 4", False),
        ('integer eq "5"', False),
        ("integer eq true", False),
        ("decimal ge 1.5", True),
        ("decimal lt -1", False),
        ('binary eq "YWJj"', True),
        ('binary eq "ywjj"', False),
        ('reference eq "https://Example.com/"', True),
        ('reference eq "https://example.com/"', False),
        ('texts eq "B"', True),
        ('texts[value sw "a"]', True),
        ('texts[type eq "a"]', False),
        ('complex.integer eq 5 and many[integer eq 5 and exact eq "X"]', True),
        (f"{MORE}:integer eq 5", True),
        (f"{MORE}:complex.integer eq 6", False),
    ],
)
def test_each_type_is_compared_as_it_is(text: str, expected: bool) -> None:
    values = {"integer": 5, "decimal": 1.5, "binary": "YWJj", "reference": "https://Example.com/", "exact": "X"}
    whole = thing(**values, complex=values, many=[values, {"exact": "y"}], texts=["abc", "b"], more={"integer": 5})

    assert expected == matches(parse(text), whole, THING)


@pytest.mark.parametrize(
    "text",
    [
        "active gt true",
        'active le "x"',
        'binary lt "a"',
        'name eq "x"',
        'addresses eq "x"',
        "meta pr and meta eq 1",
        'meta.created eq "yesterday"',
        "meta.created gt 5",
        "userName co 5",
        "userName sw true",
        "userName gt null",
        'x509Certificates gt "a"',
    ],
)
def test_what_cannot_be_asked_is_refused(text: str) -> None:
    type_ = THING if text.startswith("binary") else USER

    with pytest.raises(InvalidFilter):
        matches(parse(text), {}, type_)


@pytest.mark.parametrize(
    "text",
    [
        'password eq "x"',
        "password pr",
        'PASSWORD sw "a"',
        f'{CORE}:password eq "x"',
        f'{CORE}.password eq "x"',
        'password.value eq "x"',
        'password[value eq "x"]',
        'userName eq "a" or not (password co "b")',
        'never eq "x"',
        'complex.never eq "x"',
        'complex[never eq "x"]',
        "many.never pr",
        'many[exact eq "a" or never eq "x"]',
        'many[exact eq "a"].never eq "x"',
        "secret pr",
        f"{MORE}:never pr",
    ],
)
def test_nothing_is_told_of_what_is_never_returned(text: str) -> None:
    type_ = USER if "password" in text.lower() else THING

    for resource in ({}, {"password": "x", "never": "x"}):
        with pytest.raises(InvalidFilter, match="cannot be asked for"):
            matches(parse(text), resource, type_)


def test_a_selection_is_asked_of_one_value() -> None:
    selects = compile_selection(parse('type eq "work" and value co "@x"'), USER.names["emails"])

    assert selects({"type": "work", "value": "a@x"})
    assert not selects({"type": "home", "value": "a@x"})
    assert not selects("a@x")
