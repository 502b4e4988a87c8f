"""How conditions are joined: which probe is taken, and what is left to ask."""

from __future__ import annotations

import pytest

from bridge.journal.conditions import EVERYTHING, NOTHING, TRUE, Condition, Cost, Sql
from bridge.journal.filters import Key, condition, key_of
from bridge.scim.filter_text import parse
from bridge.scim.resource_types import GROUP, USER, ResourceType
from tests.unit.journal.listed import scope


def of(text: str, type_: ResourceType = USER) -> Condition:
    return condition(parse(text), scope(type_))


def cost(text: str) -> Cost | None:
    probe = of(text).probe
    return probe.cost if probe else None


def rest(text: str, type_: ResourceType = USER) -> str | None:
    found = of(text, type_).rest
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('userName eq "a"', Cost.ONE),
        ('externalId eq "a"', Cost.EQUAL),
        ('userName co "a"', Cost.WHOLE),
        ('userName ne "a"', None),
        ('title eq "a"', None),
        ('title eq "a" and userName sw "b" and emails eq "c"', Cost.EQUAL),
        ('userName eq "a" or displayName sw "b"', Cost.RANGE),
        ('userName eq "a" or title eq "b"', None),
        ('(userName eq "a" or id eq "b") and active eq true', Cost.ONE),
        ('not (userName eq "a")', None),
        ('nothing eq "a"', Cost.ONE),
        ('nothing eq "a" or userName eq "b"', Cost.ONE),
    ],
)
def test_the_cheapest_probe_is_taken_where_all_can_be_found(text: str, expected: Cost | None) -> None:
    assert expected == cost(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('userName eq "a" and active eq true and emails co "b"', None),
        ('userName eq "a" and title eq "b"', 'title eq "b"'),
        ('userName eq "a" or title eq "b"', 'userName eq "a" or title eq "b"'),
        ('not (userName eq "a")', None),
        ('not (userName eq "a" and title eq "b")', 'not (userName eq "a" and title eq "b")'),
        ('emails[type eq "work" and value eq "a"]', 'emails[type eq "work" and value eq "a"]'),
        ('emails[value eq "a" or value sw "b"]', None),
        ("emails pr", "emails pr"),
        ("emails.value pr", None),
        ('meta.created sw "2020"', 'meta.created sw "2020"'),
        ('nothing eq "a" and password eq "b"', 'password eq "b"'),
    ],
)
def test_what_sql_cannot_say_is_left(text: str, expected: str | None) -> None:
    assert expected == rest(text)


@pytest.mark.parametrize("one", ['members.value eq "u"', 'members eq "u"', 'members[value eq "u"]'])
def test_members_are_not_read_to_find_the_groups_of_one(one: str) -> None:
    assert rest(f"{one} and externalId eq null", GROUP) is None
    assert 'members[type eq "User"]' == rest(f'{one} and members[type eq "User"]', GROUP)


def test_what_is_always_or_never_true_asks_nothing() -> None:
    assert EVERYTHING == of('nothing ne "a"') == of("meta.version pr") == of("not (nothing pr)")
    assert NOTHING == of('nothing eq "a"') == of('nothing eq "a" and active eq true') == of('meta.version eq "5"')
    assert Condition(Sql("r.active IS ?", (True,))) == of("active eq true and meta.created pr")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('USERNAME eq "Straße"', Key("unique_key", "strasse")),
        ('id eq "A"', Key("id", "A")),
        ('userName sw "a"', None),
        ("userName eq 5", None),
        ("userName eq null", None),
        ('externalId eq "a"', None),
        ('userName eq "a" and active eq true', None),
        ('password eq "a"', None),
        ('nothing eq "a"', None),
    ],
)
def test_who_asks_for_a_key_and_nothing_else_is_known(text: str, expected: Key | None) -> None:
    assert expected == key_of(parse(text), USER)


def test_a_probe_leaves_the_rest_of_the_condition_beside_it() -> None:
    found = of('userName eq "a" and active eq true')

    assert Sql("r.active IS ?", (True,)) == found.beside
    assert TRUE is of('userName eq "a" or id eq "b"').beside
