"""Operations at a group's members: rows are asked for, the list never is."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.scim.errors import InvalidValue, Mutability, NoTarget
from bridge.scim.members import Member, MemberOp, MembersAdd, MembersRemove, MembersRemoveWhere, MembersSet
from bridge.scim.patch import PATCH_OP, apply, read_operations
from bridge.scim.profiles import GENERIC, PROFILES, Profile
from bridge.scim.resource_types import GROUP


def ops(op: str, path: str | None, *value: object, profile: Profile = GENERIC) -> tuple[MemberOp, ...]:
    operation: dict[str, Any] = {"op": op, "path": path, **({"value": value[0]} if value else {})}
    body = {"schemas": [PATCH_OP], "Operations": [operation]}
    return apply({"displayName": "Guides"}, read_operations(body, profile), GROUP, profile).members


@pytest.mark.parametrize("path", ["members", "Members", "urn:ietf:params:scim:schemas:core:2.0:Group:members"])
def test_an_add_adds_members_as_objects_ids_or_one_alone(path: str) -> None:
    assert (MembersAdd((Member("1"), Member("2"))),) == ops("add", path, [{"value": "1"}, {"value": "2"}])
    assert (MembersAdd((Member("1"), Member("2"))),) == ops("add", path, ["1", "2"])
    assert (MembersAdd((Member("1"),)),) == ops("add", path, {"value": "1"})
    assert () == ops("add", path, [])


def test_a_member_says_its_type_or_its_reference_does() -> None:
    assert (MembersAdd((Member("1", "User", "Babs"), Member("2", "Group"), Member("3"), Member("4", "Group"))),) == ops(
        "add",
        "members",
        [
            {"value": "1", "$ref": "https://example.com/v2/Users/1", "display": "Babs"},
            {"value": "2", "$ref": "../Groups/2"},
            {"value": "3", "$ref": None, "displayName": "new User"},
            {"value": "4", "type": "group"},
        ],
    )


def test_a_replace_sets_them_and_a_remove_without_value_clears_them() -> None:
    assert (MembersSet((Member("1"),)),) == ops("replace", "members", [{"value": "1"}])
    assert (MembersSet((Member("1"),)),) == ops("replace", None, {"members": [{"value": "1"}]})
    for cleared in (("replace", "members", []), ("replace", "members", None), ("remove", "members")):
        assert (MembersSet(()),) == ops(*cleared)
    assert (MembersSet(()),) == ops("remove", "members", None)


@pytest.mark.parametrize("value", [[{"value": "1"}, {"value": "2", "$ref": None}], ["1", "2"]])
def test_a_remove_with_values_removes_these_and_asks_of_none_to_be_there(value: object) -> None:
    assert (MembersRemove(("1", "2")),) == ops("remove", "members", value)


@pytest.mark.parametrize(
    ("selection", "ids"),
    [
        ('value eq "1"', ("1",)),
        ('VALUE EQ "1"', ("1",)),
        ('value eq "1" or value eq "2"', ("1", "2")),
        ('value eq "1" or value eq "2" or value eq "3"', ("1", "2", "3")),
    ],
)
def test_a_filter_by_ids_removes_these_and_one_must_be_there(selection: str, ids: tuple[str, ...]) -> None:
    assert (MembersRemove(ids, must_match=True),) == ops("remove", f"members[{selection}]")
    assert (MembersRemove(ids),) == ops("remove", f"members[{selection}]", profile=PROFILES["entra"])


@pytest.mark.parametrize(
    ("selection", "removed"),
    [
        ('display eq "babs"', ["1"]),
        ('type eq "Group"', ["2"]),
        ('value eq "1" and type eq "User"', ["1"]),
        ('value eq "1" or display eq "Cleo"', ["1", "3"]),
        ("not (type pr)", ["3"]),
    ],
)
def test_any_other_filter_is_asked_of_each_member(selection: str, removed: list[str]) -> None:
    (operation,) = ops("remove", f"members[{selection}]")

    assert isinstance(operation, MembersRemoveWhere)
    assert operation.must_match
    rows = [Member("1", "User", "Babs"), Member("2", "Group", "Tours"), Member("3", None, "Cleo")]
    assert removed == [member.value for member in rows if operation.matches(member)]


def test_members_are_selected_as_the_group_shows_them() -> None:
    operations = read_operations(
        {"schemas": [PATCH_OP], "Operations": [{"op": "remove", "path": 'members[$ref ew "/Users/1"]'}]}, GENERIC
    )

    def show(member: Member) -> dict[str, Any]:
        return {**member.as_scim(), "$ref": f"https://bridge.example/Users/{member.value}"}

    (operation,) = apply({"displayName": "Guides"}, operations, GROUP, show=show).members

    assert isinstance(operation, MembersRemoveWhere)
    assert [True, False] == [operation.matches(Member("1")), operation.matches(Member("2"))]


def test_one_member_is_replaced_by_another_and_must_be_there() -> None:
    expected = (MembersRemove(("1",), must_match=True), MembersAdd((Member("2"),)))

    assert expected == ops("replace", 'members[value eq "1"]', {"value": "2"})
    assert expected == ops("replace", 'members[value eq "1"]', [{"value": "2"}], profile=PROFILES["entra"])
    assert (MembersRemove(("1",), must_match=True),) == ops("replace", 'members[value eq "1"]', None)


def test_an_add_at_a_filter_adds_who_the_filter_names() -> None:
    assert (MembersAdd((Member("1"),)),) == ops("add", 'members[value eq "1"]', {"display": "x"})

    with pytest.raises(NoTarget):
        ops("add", 'members[display eq "x"]', {"value": "1"})


@pytest.mark.parametrize("op", ["add", "replace", "remove"])
@pytest.mark.parametrize("path", ["members.value", 'members[value eq "1"].value', 'members[value eq "1"].display'])
def test_what_a_member_is_does_not_change(op: str, path: str) -> None:
    with pytest.raises(Mutability):
        ops(op, path, "2")


@pytest.mark.parametrize("value", [1, [1], [{"display": "x"}], [{"value": ""}], [{"value": 1}], [{}], [None], [""]])
def test_a_member_without_id_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue):
        ops("add", "members", value)
