"""The built-in schemas are those of RFC 7643 §8.7, and each departure has its reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import scim2_models

from bridge.scim.schemas import Mutability, Returned, Type, built_in, load_schema

MODELS: dict[str, Any] = {
    "user": scim2_models.User,
    "group": scim2_models.Group,
    "enterprise_user": scim2_models.EnterpriseUser,
    "schema": scim2_models.Schema,
    "resource_type": scim2_models.ResourceType,
    "service_provider_config": scim2_models.ServiceProviderConfig,
}
DEPARTURES = {
    # §4.3 says "RECOMMENDED"; Entra ID sends a manager without $ref, and clears one by an empty value.
    ("enterprise_user", "manager.value", "required"),
    ("enterprise_user", "manager.$ref", "required"),
    # We keep what a client says of a member, and it changes with the member alone.
    ("group", "members.display", "mutability"),
    # §7: a URN that is compared exactly.
    ("schema", "id", "caseExact"),
    # §6: a resource type without extensions leaves it out.
    ("resource_type", "schemaExtensions", "required"),
}


def characteristics(attributes: list[dict[str, Any]], before: str = "") -> Iterator[tuple[str, str, Any]]:
    for attribute in attributes:
        path = before + attribute["name"]
        yield from ((path, name, value) for name, value in attribute.items() if name not in _OTHER)
        yield from characteristics(attribute.get("subAttributes", []), f"{path}.")


_OTHER = ("name", "description", "subAttributes")


@pytest.mark.parametrize("name", MODELS)
def test_a_built_in_schema_is_that_of_the_models_but_for_explained_departures(name: str) -> None:
    theirs = MODELS[name].to_schema().model_dump(mode="json", by_alias=True, exclude_none=True)
    described = [attribute.described() for attribute in built_in(name).attributes]
    ours = {(path, key): value for path, key, value in characteristics(described)}
    expected = {(path, key): value for path, key, value in characteristics(theirs["attributes"])}
    expected = {
        where: value for where, value in expected.items() if name != "service_provider_config" or where[0] != "id"
    }

    different = {(name, *where) for where, value in expected.items() if ours.get(where) != value}

    assert {each for each in DEPARTURES if each[0] == name} == different
    assert {path for path, _ in expected} == {path for path, _ in ours}


@pytest.mark.parametrize("name", MODELS)
def test_every_attribute_is_served_with_every_characteristic_and_no_null(name: str) -> None:
    def look(attribute: dict[str, Any]) -> None:
        wanted = ("name", "type", "multiValued", "description", "required", "caseExact", "mutability", "returned")
        assert [] == [key for key in (*wanted, "uniqueness") if attribute.get(key) is None]
        assert attribute["description"]
        assert None not in attribute.values()
        assert (attribute["type"] == "complex") == bool(attribute.get("subAttributes"))
        assert "referenceTypes" not in attribute or attribute["type"] == "reference"
        for sub in attribute.get("subAttributes", ()):
            look(sub)

    for attribute in built_in(name).attributes:
        look(attribute.described())


@pytest.mark.parametrize("name", ["user", "group", "enterprise_user"])
def test_references_ids_and_binary_values_are_case_exact(name: str) -> None:
    """RFC 7643 §2.3.6, §2.3.7 and §3.1; the JSON of §8.7.1 says otherwise of some references."""
    for attribute in built_in(name).attributes:
        for each in (attribute, *attribute.sub_attributes):
            if each.type in (Type.REFERENCE, Type.BINARY):
                assert each.case_exact, each.name


def test_what_a_schema_leaves_out_has_the_defaults_of_the_rfc() -> None:
    schema = load_schema({"id": "urn:x:y:Thing", "attributes": [{"name": "a", "type": "string"}]})

    (attribute,) = schema.attributes

    assert ("Thing", "Thing") == (schema.name, schema.description)
    assert (False, False, False) == (attribute.multi_valued, attribute.required, attribute.case_exact)
    assert (Mutability.READ_WRITE, Returned.DEFAULT, "none") == (
        attribute.mutability,
        attribute.returned,
        attribute.uniqueness,
    )


def test_what_is_written_only_is_never_shown() -> None:
    schema = load_schema(
        {"id": "urn:x:y", "attributes": [{"name": "pin", "type": "string", "mutability": "writeOnly"}]}
    )

    assert Returned.NEVER is schema.attributes[0].returned


def test_a_name_is_found_whatever_its_case() -> None:
    user = built_in("user")

    assert user.find("userName") is user.find("USERNAME") is user.find("username")
    assert user.find("nobody") is None
