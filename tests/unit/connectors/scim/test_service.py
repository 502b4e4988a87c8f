"""What a service says of itself, and what we make of it where it says nothing, or errs."""

from typing import Any

import pytest
from pydantic import SecretStr

from bridge.scim import discovery
from bridge.scim.resource_types import CORE
from connectors.scim.service import Documents, Service, assumed, described
from connectors.scim.settings import ScimSettings

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SHOP = "urn:example:shop:2.0:User"
SHOP_SCHEMA = {"id": SHOP, "attributes": [{"name": "tags", "multiValued": True}, {"name": "seen", "type": "dateTime"}]}
TYPES = [discovery.resource_type(each, "https://x") for each in CORE.values()]
SCHEMAS = [discovery.schema(each, "https://x") for each in discovery.schemas(CORE.values()).values()]


def settings(*mapped: str, **written: Any) -> ScimSettings:
    raw = {"base_url": "https://x", "token": SecretStr("t"), "users": {}, **written}
    return ScimSettings.model_validate(raw, context={"attributes": {"users": frozenset(("userName", *mapped))}})


def listed(*resources: Any) -> dict[str, Any]:
    return {"totalResults": len(resources), "Resources": list(resources)}


def unknown(service: Service) -> frozenset[str]:
    return service.kinds["users"].unknown


def test_what_a_service_says_is_heeded() -> None:
    config = {
        "patch": {"supported": False},
        "filter": {"supported": "false", "maxResults": 50},
        "etag": {"supported": True},
        "changePassword": {"supported": False},
        "pagination": {"cursor": True, "index": False, "maxPageSize": 20},
    }
    found = described(Documents(config), settings())

    assert not found.patch
    assert not found.filter
    assert not found.password
    assert found.etag
    assert found.cursor
    assert 20 == found.most


@pytest.mark.parametrize("documents", [Documents(), Documents([], "x", {"Resources": None}), Documents({"patch": 1})])
def test_a_service_that_says_nothing_is_taken_as_the_rfc_has_it(documents: Documents) -> None:
    assert assumed(settings(SHOP + ":tag")) == described(documents, settings(SHOP + ":tag"))


def test_the_config_overrules_what_a_service_says() -> None:
    said = Documents({"patch": {"supported": True}, "filter": {"supported": True}})
    found = described(said, settings(patch=False, filter=False, paging="cursor"))

    assert not found.patch
    assert not found.filter
    assert found.cursor


def test_our_own_edge_takes_all_of_its_attributes() -> None:
    mapped = ("title", "externalId", 'emails[type eq "work"].value', f"{ENTERPRISE}:manager", "name.givenName")
    found = described(Documents({}, listed(*TYPES), listed(*SCHEMAS)), settings(*mapped))

    assert frozenset() == unknown(found)
    assert () == found.warnings


@pytest.mark.parametrize(
    "documents",
    [
        Documents(None, listed(*TYPES), None),
        Documents(None, None, listed(*SCHEMAS)),
        Documents(None, TYPES, SCHEMAS),
    ],
)
def test_an_extension_that_the_service_does_not_know_is_left_out_with_notice(documents: Documents) -> None:
    found = described(documents, settings("title", f"{SHOP}:tag"))

    assert {f"{SHOP}:tag"} == unknown(found)
    assert [f"the service has no {SHOP}:tag that could be written"] == [w.partition(",")[0] for w in found.warnings]
    assert "discovery = false" in found.warnings[0]


def test_an_attribute_that_its_schema_lacks_or_keeps_for_itself_is_left_out_with_notice() -> None:
    user = {
        "id": CORE_USER,
        "attributes": [
            {"name": "userName"},
            {"name": "displayName", "mutability": "readOnly"},
            {"name": "name", "type": "complex", "subAttributes": [{"name": "familyName"}]},
            {"name": "emails", "type": "complex", "multiValued": True},
        ],
    }
    mapped = ("title", "displayName", "name.familyName", "name.givenName", "emails", "externalId")
    found = described(Documents(None, None, [user]), settings(*mapped))

    assert {"title", "displayName", "name.givenName"} == unknown(found)


def test_what_names_the_entries_is_always_sent() -> None:
    user = {"id": CORE_USER, "attributes": [{"name": "displayName"}]}

    assert frozenset() == unknown(described(Documents(None, None, [user]), settings("displayName")))


def test_an_extension_that_is_shown_is_known_by_its_schema() -> None:
    found = described(Documents(None, None, [SHOP_SCHEMA]), settings(f"{SHOP}:tags"))
    schema = found.kinds["users"].type.schema_of(SHOP)

    assert frozenset() == unknown(found)
    assert schema is not None
    assert schema.names["tags"].multi_valued


@pytest.mark.parametrize("raw", [{"id": SHOP}, {"id": SHOP, "attributes": [{"type": "text", "name": "x"}]}, {}])
def test_a_schema_that_cannot_be_read_is_not_believed(raw: dict[str, Any]) -> None:
    found = described(Documents(None, None, [raw]), settings(f"{SHOP}:tag"))

    assert frozenset() == unknown(found)
    assert "could not be read and is not believed" in found.warnings[0]
