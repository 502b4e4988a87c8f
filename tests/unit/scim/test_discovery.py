"""What a client finds out: every schema in use and those of discovery itself, each whole and without a null."""

from __future__ import annotations

from typing import Any

from bridge.scim import discovery
from bridge.scim.resource_types import CORE, USER
from tests.unit.scim.things import MORE, THING

BASE = "https://scim.example.com/scim/v2"
OWN = ("Schema", "ResourceType", "ServiceProviderConfig")


def nulls(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(nulls, value.values()))
    return any(map(nulls, value)) if isinstance(value, list) else value is None


def test_every_schema_in_use_is_served_and_those_of_discovery() -> None:
    found = discovery.schemas([*CORE.values(), THING])

    assert [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn:ietf:params:scim:schemas:core:2.0:Group",
        THING.schema.id,
        MORE,
        *(f"urn:ietf:params:scim:schemas:core:2.0:{name}" for name in OWN),
    ] == list(found)


def test_a_schema_is_served_whole_with_its_place() -> None:
    served = discovery.schema(USER.schema, BASE)

    assert [discovery.SCHEMA] == served["schemas"]
    assert {"resourceType": "Schema", "location": f"{BASE}/Schemas/{USER.schema.id}"} == served["meta"]
    assert [attribute.name for attribute in USER.schema.attributes] == [each["name"] for each in served["attributes"]]


def test_nothing_that_is_served_is_null() -> None:
    served = [discovery.schema(each, BASE) for each in discovery.schemas([*CORE.values(), THING]).values()]

    assert not nulls(served)
    assert not nulls([discovery.resource_type(each, BASE) for each in (*CORE.values(), THING)])
    assert not nulls(discovery.service_provider_config(discovery.Features(), BASE))


def test_discovery_keeps_to_its_own_schemas() -> None:
    """Each document has what its schema requires, and nothing that its schema does not know."""
    config = discovery.service_provider_config(discovery.Features(), BASE)
    documents = {"ServiceProviderConfig": config, "ResourceType": discovery.resource_type(USER, BASE)}
    schemas = discovery.schemas(CORE.values())

    for name, document in documents.items():
        schema = schemas[f"urn:ietf:params:scim:schemas:core:2.0:{name}"]
        known = {attribute.name for attribute in schema.attributes} | {"schemas", "meta", "id"}
        assert set() == set(document) - known
        assert set() == {each.name for each in schema.attributes if each.required} - set(document)


def test_a_resource_type_names_its_endpoint_and_its_schemas() -> None:
    served = discovery.resource_type(THING, BASE)

    assert ("/Things", THING.schema.id) == (served["endpoint"], served["schema"])
    assert [{"schema": MORE, "required": False}] == served["schemaExtensions"]
