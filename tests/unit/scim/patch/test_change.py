"""Add, replace and remove at one attribute (RFC 7644 §3.5.2.1 to §3.5.2.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bridge.scim.errors import InvalidValue, Mutability
from bridge.scim.resource_types import USER, Extension, ResourceType
from bridge.scim.schemas import load_schema

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
BADGE = "urn:example:badge"
Patch = Callable[..., dict[str, Any]]
User = dict[str, Any]

BADGED = ResourceType(
    "User",
    "Users",
    USER.schema,
    (
        Extension(
            load_schema(
                {
                    "id": BADGE,
                    "attributes": [
                        {"name": "number", "type": "integer", "mutability": "immutable"},
                        {"name": "tags", "multiValued": True},
                        {"name": "rooms", "multiValued": True, "mutability": "immutable"},
                        {
                            "name": "door",
                            "type": "complex",
                            "subAttributes": [
                                {"name": "floor", "type": "integer", "mutability": "immutable"},
                                {"name": "name", "required": True},
                                {"name": "keys", "multiValued": True},
                            ],
                        },
                        {
                            "name": "cards",
                            "type": "complex",
                            "multiValued": True,
                            "subAttributes": [
                                {"name": "value", "mutability": "immutable"},
                                {"name": "colour"},
                            ],
                        },
                    ],
                }
            )
        ),
    ),
)


def add(path: str, value: object) -> dict[str, object]:
    return {"op": "add", "path": path, "value": value}


def replace(path: str, value: object) -> dict[str, object]:
    return {"op": "replace", "path": path, "value": value}


def remove(path: str, **more: object) -> dict[str, object]:
    return {"op": "remove", "path": path, **more}


def badge(patch: Patch, before: dict[str, Any], *operations: dict[str, object]) -> Any:
    resource = {"userName": "b", **({BADGE: before} if before else {})}
    return patch(resource, *operations, of=BADGED).get(BADGE)


@pytest.mark.parametrize("op", [add, replace])
@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("title", "Guide", {"title": "Guide"}),
        ("nickName", "Babs", {"nickName": "Babs"}),
        ("active", False, {"active": False}),
        ("active", "False", {"active": False}),
        ("name.givenName", "Babs", {"name": {"givenName": "Babs", "familyName": "Jensen"}}),
        ("name.middleName", "Q", {"name": {"givenName": "Barbara", "familyName": "Jensen", "middleName": "Q"}}),
        ("name", {"middleName": "Q"}, {"name": {"givenName": "Barbara", "familyName": "Jensen", "middleName": "Q"}}),
        ("name", {"givenName": None, "formatted": "J"}, {"name": {"familyName": "Jensen", "formatted": "J"}}),
        ("NAME.GIVENNAME", "Babs", {"name": {"givenName": "Babs", "familyName": "Jensen"}}),
        ("phoneNumbers", [{"value": "1"}], {"phoneNumbers": [{"value": "1"}]}),
        ("phoneNumbers", {"value": "1"}, {"phoneNumbers": [{"value": "1"}]}),
        ("phoneNumbers", ["1"], {"phoneNumbers": [{"value": "1"}]}),
        ("phoneNumbers.value", "1", {"phoneNumbers": [{"value": "1"}]}),
        ("password", "s3cret", {"password": "s3cret"}),
        (f"{ENTERPRISE}:costCenter", "9", {"costCenter": "9"}),
    ],
)
def test_a_single_value_is_assigned_and_a_complex_one_merged(
    patch: Patch, user: User, op: Callable[..., dict[str, Any]], path: str, value: object, expected: dict[str, Any]
) -> None:
    after = patch(user, op(path, value))

    shown = after[ENTERPRISE] if path.startswith("urn:") else after
    assert expected == {name: shown[name] for name in expected}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (add("emails", [{"value": "new@x.example"}]), ["bjensen@example.com", "babs@jensen.example", "new@x.example"]),
        (add("emails", {"value": "new@x.example"}), ["bjensen@example.com", "babs@jensen.example", "new@x.example"]),
        (add("emails", []), ["bjensen@example.com", "babs@jensen.example"]),
        (
            add("emails", [{"value": "babs@jensen.example", "type": "home"}]),
            ["bjensen@example.com", "babs@jensen.example"],
        ),
        (replace("emails", [{"value": "new@x.example"}]), ["new@x.example"]),
        (replace("emails", {"value": "new@x.example"}), ["new@x.example"]),
        (replace("emails", []), []),
        (replace("emails", None), []),
        (remove("emails"), []),
        (remove("emails", value=None), []),
        (remove("emails", value=[{"value": "bjensen@example.com"}]), ["babs@jensen.example"]),
        (remove("emails", value=[{"type": "work"}, {"type": "other"}]), ["babs@jensen.example"]),
        (remove("emails", value=[{"value": "nobody@x.example"}]), ["bjensen@example.com", "babs@jensen.example"]),
    ],
)
def test_of_many_values_an_add_adds_a_replace_replaces_all_and_a_remove_removes(
    patch: Patch, user: User, operation: dict[str, Any], expected: list[str]
) -> None:
    after = patch(user, operation)

    assert expected == [each["value"] for each in after.get("emails", [])]
    assert ("emails" in after) is bool(expected)


def test_very_many_values_are_added_at_one_go(patch: Patch, user: User) -> None:
    many = [{"value": f"{number}@x.example"} for number in range(20_000)]

    after = patch({**user, "emails": many}, add("emails", [*many, {"value": "new@x.example"}]))

    assert [*many, {"value": "new@x.example"}] == after["emails"]


def test_of_many_plain_values_each_is_there_once(patch: Patch) -> None:
    assert {"tags": ["a", "b"]} == badge(patch, {"tags": ["a"]}, add(f"{BADGE}:tags", ["b", "a"]))
    assert {"tags": ["b"]} == badge(patch, {"tags": ["a", "b"]}, remove(f"{BADGE}:tags", value=["a"]))
    assert {"door": {"name": "d", "keys": ["k", "l"]}} == badge(
        patch, {"door": {"name": "d", "keys": ["k"]}}, add(f"{BADGE}:door.keys", ["l"])
    )


@pytest.mark.parametrize(
    "operation",
    [
        add("emails", [{"value": "new@x.example", "primary": True}]),
        add("emails", [{"value": "babs@jensen.example", "type": "home", "primary": True}]),
        replace('emails[type eq "home"].primary', True),
        replace('emails[type eq "home"]', {"primary": True}),
        replace('emails[type eq "home"].primary', "True"),
    ],
)
def test_a_new_primary_value_takes_the_mark_from_the_old(patch: Patch, user: User, operation: dict[str, Any]) -> None:
    after = patch(user, operation)

    primary = [each["value"] for each in after["emails"] if each.get("primary")]
    assert 1 == len(primary)
    assert "bjensen@example.com" not in primary
    assert False is after["emails"][0]["primary"]


def test_an_old_primary_value_that_is_added_again_is_no_second_value(patch: Patch, user: User) -> None:
    home = {"value": "babs@jensen.example", "type": "home", "primary": True}
    work = {"value": "bjensen@example.com", "type": "work", "primary": True}

    after = patch(user, add("emails", [home]), add("emails", [work]))

    assert [work, {**home, "primary": False}] == after["emails"]


@pytest.mark.parametrize(
    ("operation", "lacks"),
    [
        (remove("title"), "title"),
        (remove("nickName"), "nickName"),
        (remove("name"), "name"),
        (replace("title", None), "title"),
        (replace("name", None), "name"),
        (replace("name", {"givenName": None, "familyName": None}), "name"),
        (remove("password"), "password"),
    ],
)
def test_what_is_removed_or_null_is_unassigned(patch: Patch, user: User, operation: dict[str, Any], lacks: str) -> None:
    assert {name: value for name, value in user.items() if name != lacks} == patch(user, operation)


def test_the_last_sub_attribute_takes_its_attribute_with_it(patch: Patch, user: User) -> None:
    after = patch(user, remove("name.givenName"), remove("name.familyName"))

    assert "name" not in after


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2", {"value": "2"}),
        ({"value": "2"}, {"value": "2"}),
        ([{"value": "2"}], {"value": "2"}),
        ({"value": "2", "$ref": "../Users/2"}, {"value": "2", "$ref": "../Users/2"}),
        ({"value": "26118915"}, {"value": "26118915", "$ref": "../Users/26118915"}),
        ("", None),
        (None, None),
        ([], None),
    ],
)
def test_a_manager_is_an_id_a_value_a_list_of_one_or_cleared(
    patch: Patch, user: User, value: object, expected: object
) -> None:
    after = patch(user, replace(f"{ENTERPRISE}:manager", value))

    assert expected == after[ENTERPRISE].get("manager")


@pytest.mark.parametrize("operation", [remove("userName"), replace("userName", None)])
def test_what_is_required_is_not_taken_away(patch: Patch, user: User, operation: dict[str, Any]) -> None:
    with pytest.raises(Mutability):
        patch(user, operation)


def test_what_is_required_is_not_blank(patch: Patch, user: User) -> None:
    with pytest.raises(InvalidValue):
        patch(user, replace("userName", ""))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("title", 1),
        ("title", ["x"]),
        ("title", {"value": "x"}),
        ("active", "maybe"),
        ("active", 1),
        ("name", "Babs"),
        ("name", [{"givenName": "a"}, {"givenName": "b"}]),
        ("name.givenName", {"x": 1}),
        ("emails", 1),
        ("emails", [1]),
        ("x509Certificates", [{"value": "%"}]),
        (ENTERPRISE, "x"),
    ],
)
@pytest.mark.parametrize("op", [add, replace])
def test_a_value_of_another_type_is_refused(
    patch: Patch, user: User, op: Callable[..., dict[str, Any]], path: str, value: object
) -> None:
    with pytest.raises(InvalidValue):
        patch(user, op(path, value))


def test_what_is_immutable_is_given_a_value_once(patch: Patch) -> None:
    assert {"number": 7} == badge(patch, {}, add(f"{BADGE}:number", 7))
    assert {"number": 7} == badge(patch, {"number": 7}, replace(f"{BADGE}:number", 7))
    assert {"rooms": ["r2", "R1"]} == badge(patch, {"rooms": ["r1", "r2"]}, replace(f"{BADGE}:rooms", ["r2", "R1"]))
    assert {"door": {"name": "d", "floor": 1}} == badge(
        patch, {"door": {"name": "d"}}, replace(f"{BADGE}:door.floor", 1)
    )
    assert {"cards": [{"value": "1"}, {"value": "2"}]} == badge(
        patch, {"cards": [{"value": "1"}]}, add(f"{BADGE}:cards", [{"value": "2"}])
    )


@pytest.mark.parametrize(
    "operation",
    [
        replace(f"{BADGE}:number", 8),
        remove(f"{BADGE}:number"),
        {"op": "replace", "value": {BADGE: {"number": 8}}},
        {"op": "replace", "value": {f"{BADGE}:number": 8}},
        remove(BADGE),
        replace(BADGE, None),
        add(f"{BADGE}:rooms", ["r2"]),
        replace(f"{BADGE}:door.floor", 2),
        replace(f"{BADGE}:door", {"floor": 2}),
        remove(f"{BADGE}:door.floor"),
        remove(f"{BADGE}:door"),
        replace(f"{BADGE}:cards.value", "2"),
        replace(f'{BADGE}:cards[value eq "1"].value', "2"),
        replace(f'{BADGE}:cards[value eq "1"]', {"value": "2"}),
        remove(f'{BADGE}:cards[value eq "1"].value'),
    ],
)
def test_and_never_another_one(patch: Patch, operation: dict[str, Any]) -> None:
    before = {"number": 7, "rooms": ["r1"], "door": {"name": "d", "floor": 1}, "cards": [{"value": "1"}]}

    with pytest.raises(Mutability):
        badge(patch, before, operation)


@pytest.mark.parametrize("door", [{"name": "d", "keys": ["k"]}, {"name": "d"}])
def test_a_required_sub_attribute_stays_while_its_attribute_does(patch: Patch, door: dict[str, Any]) -> None:
    with pytest.raises(Mutability):
        badge(patch, {"door": door}, remove(f"{BADGE}:door.name"))

    assert None is badge(patch, {"door": door}, remove(f"{BADGE}:door"))
    assert None is badge(patch, {}, remove(f"{BADGE}:door.name"))
