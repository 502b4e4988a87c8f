"""What expressions see of a resource."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.mapping.view import check_readable, compile_view, known_names, named
from bridge.scim.resource_types import GROUP, USER, ResourceType
from bridge.scim.schemas import load_schema
from bridge.settings.faults import Wrong
from tests.unit.scim.things import attribute

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def test_every_attribute_of_the_schema_exists(user_type: ResourceType) -> None:
    view = compile_view(["size(user)"], "user", user_type)({})

    assert view["title"] is None
    assert [] == view["emails"]
    assert {"givenName", "familyName", "formatted"} < set(view["name"])
    assert {None} == set(view["name"].values()) | set(view[ENTERPRISE]["manager"].values())
    assert view[ENTERPRISE]["employeeNumber"] is None
    assert [None, None, True] == [view["id"], view["externalId"], view["active"]]
    assert view["meta"]["created"] is None


def test_items_of_lists_have_every_part(user_type: ResourceType, user: dict[str, Any]) -> None:
    (first, *_) = compile_view(["user.emails"], "user", user_type)(user)["emails"]

    assert {"value": "bjensen@example.com", "type": "work", "primary": True, "display": None} == {
        key: value for key, value in first.items() if key != "$ref"
    }


def test_only_what_is_named_is_handed_in(user_type: ResourceType, user: dict[str, Any]) -> None:
    view = compile_view(["default(user.title, user . userName)", f"user['{ENTERPRISE}'].department"], "user", user_type)

    assert {"title", "userName", ENTERPRISE} == set(view(user))


def test_secrets_and_memberships_are_never_seen(user_type: ResourceType, group_type: ResourceType) -> None:
    body = {"password": "x", "groups": [{"value": "1"}], "members": [{"value": "1"}]}

    assert not {"password", "groups"} & set(compile_view(["size(user)"], "user", user_type)(body))
    assert "members" not in compile_view(["size(group)"], "group", group_type)(body)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user.title", ({"title"}, False)),
        ("user[\"a b\"].x + user [ 'c' ]", ({"a b", "c"}, False)),
        ("user[user.title]", ({"title"}, True)),
        ("'user' + user.title", ({"title"}, True)),
        ("users.title", (set(), False)),
    ],
)
def test_names_are_found_in_the_text(text: str, expected: tuple[set[str], bool]) -> None:
    assert expected == named(text, "user")


@pytest.mark.parametrize(
    ("type_", "name"), [(USER, "password"), (USER, "Password"), (USER, "groups"), (GROUP, "members")]
)
def test_what_no_rule_may_read_is_refused(type_: ResourceType, name: str) -> None:
    with pytest.raises(Wrong):
        check_readable(["title", name], type_)


def test_a_declared_type_may_have_members_and_groups_of_its_own() -> None:
    names = [attribute("members", multiValued=True), attribute("groups"), attribute("active")]
    type_ = ResourceType("Team", "Teams", load_schema({"id": "urn:x:Team", "attributes": names}))

    check_readable(["members", "groups"], type_)

    view = compile_view(["team.members[0] + team.groups + team.active"], "team", type_)
    assert {"members": ["a"], "groups": "b", "active": None} == view({"members": ["a"], "groups": "b"})


def test_names_for_hints(user_type: ResourceType) -> None:
    assert {"userName", "familyName", "employeeNumber", "id", "created", ENTERPRISE} < known_names(user_type)
    assert "password" not in known_names(user_type)
