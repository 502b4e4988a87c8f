"""Members as values: in and out of a resource."""

from __future__ import annotations

import pytest

from bridge.scim.errors import InvalidValue
from bridge.scim.members import Member, MembersRemoveWhere, read_members, split_members


def test_members_are_taken_out_of_a_resource() -> None:
    group = {"displayName": "Guides", "members": [{"value": "1", "type": "User"}]}

    assert ({"displayName": "Guides"}, (Member("1", "User"),)) == split_members(group)
    assert ({"displayName": "Guides"}, None) == split_members({"displayName": "Guides"})
    assert "members" in group


def test_members_are_read_from_a_list_or_one_alone() -> None:
    assert (Member("1"),) == read_members({"value": "1"}) == read_members(["1"]) == read_members("1")


def test_a_member_without_id_is_none() -> None:
    with pytest.raises(InvalidValue):
        read_members([{"type": "User"}])


def test_a_member_is_shown_with_what_is_known_of_it() -> None:
    assert {"value": "1"} == Member("1").as_scim()
    assert {"value": "1", "type": "User", "display": "Babs"} == Member("1", "User", "Babs").as_scim()


def test_a_selection_is_asked_about_the_member_as_it_is_shown() -> None:
    where = MembersRemoveWhere(lambda value: value == {"value": "1", "type": "User"})

    assert [True, False] == [where.matches(Member("1", "User")), where.matches(Member("1"))]
