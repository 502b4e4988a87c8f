"""What a list is ordered by: values of any type, the primary one of many, and none."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.edge.sorting import keys_of, rank
from bridge.journal.lists import Place
from bridge.journal.resources import Stored
from bridge.scim.errors import InvalidValue
from bridge.scim.resource_types import GROUP, USER
from tests.unit.scim.things import THING, thing


def row(**body: Any) -> Stored:
    return Stored("id", "default", "User", 3, 10, 20, None, body)


@pytest.mark.parametrize(
    ("sort_by", "body", "expected"),
    [
        ("userName", {"userName": "Straße"}, "strasse"),
        ("externalId", {"externalId": "A"}, "A"),
        ("emails", {"emails": [{"value": "b"}, {"value": "A", "primary": True}]}, "a"),
        ("emails.type", {"emails": [{"value": "b", "type": "Work"}]}, "work"),
        ("name.familyName", {"name": {"familyName": "K"}}, "k"),
        ("name.familyName", {}, None),
        ("active", {"active": False}, False),
        ("id", {}, "id"),
        ("meta.created", {}, 10),
        ("meta.lastModified", {}, 20),
        ("meta.version", {}, 3),
    ],
)
def test_a_key_is_what_the_attribute_is_compared_by(sort_by: str, body: dict[str, Any], expected: object) -> None:
    (key,) = keys_of(sort_by, [USER])

    assert expected == key(row(**body))


def test_dates_are_ordered_by_the_instant() -> None:
    (key,) = keys_of("dateTime", [THING])
    earlier, later = (thing(dateTime=text) for text in ("2020-01-01T10:00:00+02:00", "2020-01-01T09:00:00Z"))

    assert key(row(**earlier)) < key(row(**later))


def test_a_type_without_the_attribute_has_no_value() -> None:
    of_users, of_groups = keys_of("userName", [USER, GROUP])

    assert ("kim", None) == (of_users(row(userName="kim")), of_groups(row(userName="kim")))


@pytest.mark.parametrize("sort_by", ["password", "nothing", "userName.x"])
def test_one_type_must_have_it(sort_by: str) -> None:
    with pytest.raises(InvalidValue, match="sortBy must name an attribute"):
        keys_of(sort_by, [USER, GROUP])


def test_none_comes_last_and_then_the_number_decides() -> None:
    places = [Place(None, 1), Place(2, 5), Place(1, 4), Place(2, 3), Place(None, 0)]

    assert [4, 3, 5, 0, 1] == [place.seq for place in sorted(places, key=rank)]


def test_values_of_two_types_are_ordered_as_text() -> None:
    assert [1, 2, "a"] == [place.key for place in sorted((Place(key, 0) for key in ("a", 2, 1)), key=rank)]
