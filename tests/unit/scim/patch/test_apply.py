"""A whole PATCH: operations in order, all or none, and a result that could have been sent whole."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.scim.errors import InvalidPath, InvalidValue, Mutability, NoTarget, ScimError, TooMany
from bridge.scim.members import Member, MembersAdd, MembersRemove, MembersSet
from bridge.scim.patch import PATCH_OP, apply, read_operations
from bridge.scim.profiles import PROFILES
from bridge.scim.resource_types import GROUP, USER
from bridge.scim.validate import receive

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
Patch = Callable[..., dict[str, Any]]
User = dict[str, Any]


def test_later_operations_see_what_earlier_ones_did(patch: Patch, user: User) -> None:
    after = patch(
        user,
        {"op": "add", "path": "emails", "value": [{"value": "o@x.example", "type": "other"}]},
        {"op": "replace", "path": 'emails[type eq "other"].value', "value": "p@x.example"},
        {"op": "remove", "path": 'emails[type ne "other"]'},
    )

    assert [{"value": "p@x.example", "type": "other"}] == after["emails"]


def test_what_an_earlier_operation_removed_is_no_target_for_a_later_one(patch: Patch, user: User) -> None:
    with pytest.raises(NoTarget):
        patch(
            user,
            {"op": "remove", "path": 'emails[type eq "work"]'},
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": "x"},
        )


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "emails", "value": {"value": "new@x.example"}},
        {"op": "replace", "path": "emails.type", "value": "work"},
        {"op": "remove", "path": "emails", "value": [{"value": "a"}, {"value": "b"}]},
        {"op": "replace", "path": 'emails[type eq "a" or type eq "b" or value pr].type', "value": "work"},
    ],
)
def test_how_many_values_are_looked_at_is_bounded(patch: Patch, user: User, operation: dict[str, Any]) -> None:
    many = {**user, "emails": [{"value": f"{number}@x.example"} for number in range(10_000)]}

    patch(many, operation)
    with pytest.raises(TooMany, match="fewer of them"):
        patch(many, *[operation] * 101)


def test_how_often_members_are_looked_at_is_bounded() -> None:
    operation = {"op": "remove", "path": 'members[display eq "x"]'}
    group = {"displayName": "crew"}

    ten = apply(group, read_operations({"schemas": [PATCH_OP], "Operations": [operation] * 10}), GROUP)
    assert 10 == len(ten.members)
    with pytest.raises(TooMany):
        apply(group, read_operations({"schemas": [PATCH_OP], "Operations": [operation] * 11}), GROUP)


@pytest.mark.parametrize("op", ["add", "replace"])
def test_a_value_without_path_holds_attributes_in_any_spelling(patch: Patch, user: User, op: str) -> None:
    value = {
        "DisplayName": "Babs",
        "name.givenName": "Babs",
        "name": {"middleName": "Q"},
        f"{CORE}:nickName": "B",
        f"{ENTERPRISE}:employeeNumber": "7",
        f"{ENTERPRISE}.division": "D",
        'emails[type eq "home"].display': "H",
    }

    after = patch(user, {"op": op, "value": value})

    assert ("Babs", "B") == (after["displayName"], after["nickName"])
    assert {"givenName": "Babs", "middleName": "Q", "familyName": "Jensen"} == after["name"]
    assert ("7", "D", "Tours") == tuple(after[ENTERPRISE][n] for n in ("employeeNumber", "division", "department"))
    assert "H" == after["emails"][1]["display"]


@pytest.mark.parametrize("op", ["add", "replace"])
@pytest.mark.parametrize("urn", [ENTERPRISE, ENTERPRISE.lower()])
def test_an_extension_is_merged_by_its_urn_as_key_or_path(patch: Patch, user: User, op: str, urn: str) -> None:
    by_key = patch(user, {"op": op, "value": {urn: {"division": "D"}}})
    by_path = patch(user, {"op": op, "path": urn, "value": {"division": "D"}})

    assert by_key == by_path
    assert {**user[ENTERPRISE], "division": "D"} == by_key[ENTERPRISE]


def test_the_core_schema_may_stand_around_its_attributes(patch: Patch, user: User) -> None:
    assert "Babs" == patch(user, {"op": "add", "value": {CORE: {"nickName": "Babs"}}})["nickName"]


@pytest.mark.parametrize(
    "value",
    [
        {"id": "other"},
        {"meta": {"created": "2020-01-01T00:00:00Z"}},
        {"groups": [{"value": "g"}]},
        {"schemas": [CORE]},
        {"customAttribute1": "x"},
        {"urn:example:other": {"x": 1}},
        {"urn:example:other:x": 1},
        {f"{ENTERPRISE}:nothing": 1},
        {ENTERPRISE: {"nothing": 1, "manager": {"displayName": "x"}}},
        {"": 1},
        {},
    ],
)
def test_a_value_without_path_may_name_what_is_read_only_or_unknown(
    patch: Patch, user: User, value: dict[str, Any]
) -> None:
    assert user == patch(user, {"op": "replace", "value": value})


@pytest.mark.parametrize("path", ["id", "meta", "meta.created", "groups", 'groups[value eq "x"]', "groups.value"])
@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_a_path_may_not_lead_to_what_is_read_only(patch: Patch, user: User, op: str, path: str) -> None:
    with pytest.raises(Mutability):
        patch(user, {"op": op, "path": path, "value": "x"})


def test_nor_to_a_read_only_sub_attribute(patch: Patch, user: User) -> None:
    with pytest.raises(Mutability):
        patch(user, {"op": "replace", "path": f"{ENTERPRISE}:manager.displayName", "value": "x"})


@pytest.mark.parametrize("path", ["nothing", "name.nothing", "urn:example:other:x", f"{ENTERPRISE}:nothing"])
@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_nor_nowhere(patch: Patch, user: User, op: str, path: str) -> None:
    with pytest.raises(InvalidPath):
        patch(user, {"op": op, "path": path, "value": "x"})


def test_the_first_attribute_of_an_extension_adds_its_schema_and_the_last_one_takes_it(patch: Patch) -> None:
    path = f"{ENTERPRISE}:department"

    after = patch({"schemas": [CORE], "userName": "b"}, {"op": "add", "path": path, "value": "D"})
    assert {"schemas": [CORE, ENTERPRISE], "userName": "b", ENTERPRISE: {"department": "D"}} == after

    for operation in (
        {"op": "remove", "path": path},
        {"op": "remove", "path": ENTERPRISE},
        {"op": "replace", "path": ENTERPRISE, "value": None},
        {"op": "replace", "value": {ENTERPRISE: {"department": None}}},
    ):
        assert {"schemas": [CORE], "userName": "b"} == patch(after, operation)


def test_removing_from_an_extension_that_is_not_there_changes_nothing(patch: Patch) -> None:
    before = {"schemas": [CORE], "userName": "b"}

    assert before == patch(before, {"op": "remove", "path": f"{ENTERPRISE}:manager.value"})
    assert before == patch(before, {"op": "remove", "path": ENTERPRISE})


def test_schemas_follow_from_the_data_whatever_is_said_of_them(patch: Patch, user: User) -> None:
    assert user == patch(user, {"op": "add", "path": "schemas", "value": [ENTERPRISE]})
    assert user == patch(user, {"op": "replace", "path": "schemas", "value": [CORE]})

    with pytest.raises(InvalidValue):
        patch(user, {"op": "add", "path": "schemas", "value": ["urn:example:other"]})
    with pytest.raises(Mutability):
        patch(user, {"op": "remove", "path": "schemas"})


def test_members_leave_the_resource_as_operations_on_rows() -> None:
    body = {
        "schemas": [PATCH_OP],
        "Operations": [
            {"op": "replace", "value": {"id": "g", "displayName": "Tour Guides", "members": [{"value": "1"}]}},
            {"op": "add", "path": "members", "value": [{"value": "2"}]},
            {"op": "remove", "path": 'members[value eq "1"]'},
        ],
    }

    patched = apply({"displayName": "Guides"}, read_operations(body), GROUP)

    assert {"schemas": [GROUP.schema.id], "displayName": "Tour Guides"} == patched.resource
    assert (
        MembersSet((Member("1"),)),
        MembersAdd((Member("2"),)),
        MembersRemove(("1",), must_match=True),
    ) == patched.members


PATHS = [
    None,
    "userName",
    "title",
    "active",
    "name",
    "name.givenName",
    "emails",
    "emails.type",
    'emails[type eq "work"]',
    'emails[type eq "work"].value',
    'emails[value co "x" or primary eq true].primary',
    "roles",
    "x509Certificates",
    "password",
    "groups",
    "schemas",
    "nothing",
    ENTERPRISE,
    f"{ENTERPRISE}:department",
    f"{ENTERPRISE}:manager",
    f"{ENTERPRISE}:manager.value",
]
scalars = st.sampled_from([None, True, False, 0, "", "x", "work", "eA==", "x@y.example"])
names = st.sampled_from(
    ["value", "type", "primary", "display", "$ref", "givenName", "familyName", "department", "manager", "title", "x"]
)
objects = st.dictionaries(names, scalars, max_size=3)
values = st.one_of(scalars, objects, st.lists(st.one_of(scalars, objects), max_size=3))
attributes = st.dictionaries(st.sampled_from([path for path in PATHS if path]), values, max_size=3)
operations = st.builds(
    lambda op, path, value, of: {"op": op, "path": path, "value": value if path else of},
    st.sampled_from(["add", "replace", "remove"]),
    st.sampled_from(PATHS),
    values,
    attributes,
)


@given(st.lists(operations, min_size=1, max_size=6), st.sampled_from(sorted(PROFILES)))
def test_whatever_is_accepted_could_have_been_sent_whole_and_leaves_no_trace_before(
    sent: list[dict[str, Any]], name: str
) -> None:
    before = receive(
        {
            "schemas": [CORE],
            "userName": "bjensen",
            "emails": [{"value": "w@x.example", "type": "work", "primary": True}, {"value": "h@x.example"}],
            ENTERPRISE: {"manager": {"value": "1", "$ref": "../Users/1"}},
        },
        USER,
    )
    untouched = copy.deepcopy(before)

    profile = PROFILES[name]
    try:
        read = read_operations({"schemas": [PATCH_OP], "Operations": sent}, profile)
        after = apply(before, read, USER, profile).resource
    except ScimError:
        pass
    else:
        assert receive(after, USER) == after
        assert 1 >= sum(each.get("primary") is True for each in after.get("emails", []))

    assert untouched == before
