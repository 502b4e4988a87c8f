"""Two resources made from a schema."""

from __future__ import annotations

from bridge.mapping.samples import bare, full
from bridge.scim.resource_types import ResourceType


def test_the_full_one_has_every_attribute(user_type: ResourceType) -> None:
    user = full(user_type)

    assert {a.name for a in user_type.schema.attributes} <= set(user)
    assert {"work", "home", "other"} == {email["type"] for email in user["emails"]}
    assert "bjensen@example.com" == user["emails"][0]["value"]
    extension = user_type.extensions[0].schema
    assert {a.name for a in extension.attributes} == set(user[extension.id])
    assert user["active"] is True


def test_the_bare_one_has_what_every_resource_has(user_type: ResourceType, group_type: ResourceType) -> None:
    assert {"id", "meta", "schemas", "userName"} == set(bare(user_type))
    assert {"id", "meta", "schemas", "displayName"} == set(bare(group_type))
