"""What a client can find out about us (RFC 7644 §4): exactly what is on, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bridge.scim.messages import CURSOR_SECONDS, MOST_RESULTS, USUAL_RESULTS
from bridge.scim.profiles import Profile
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Schema, built_in

CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"


@dataclass(frozen=True, slots=True)
class Features:
    """What this client may use."""

    patch: bool = True
    bulk: bool = False
    filter: bool = True
    change_password: bool = False
    sort: bool = True
    etag: bool = True
    max_operations: int = 0
    max_payload: int = 0


def offered(features: Features, profile: Profile) -> Features:
    """What of these features a client of this profile may use."""
    return replace(features, **dict.fromkeys(profile.withholds, False)) if profile.withholds else features


def service_provider_config(features: Features, base_url: str) -> dict[str, Any]:
    """The ServiceProviderConfig."""
    return {
        "schemas": [CONFIG],
        "patch": {"supported": features.patch},
        "bulk": {
            "supported": features.bulk,
            "maxOperations": features.max_operations,
            "maxPayloadSize": features.max_payload,
        },
        "filter": {"supported": features.filter, "maxResults": MOST_RESULTS},
        "changePassword": {"supported": features.change_password},
        "sort": {"supported": features.sort},
        "etag": {"supported": features.etag},
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": USUAL_RESULTS,
            "maxPageSize": MOST_RESULTS,
            "cursorTimeout": CURSOR_SECONDS,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "OAuth Bearer Token",
                "description": "A token in the header Authorization: Bearer TOKEN",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base_url}/ServiceProviderConfig"},
    }


def resource_type(resource_type: ResourceType, base_url: str) -> dict[str, Any]:
    """One ResourceType."""
    shown: dict[str, Any] = {
        "schemas": [RESOURCE_TYPE],
        "id": resource_type.name,
        "name": resource_type.name,
        "description": resource_type.description,
        "endpoint": f"/{resource_type.endpoint}",
        "schema": resource_type.schema.id,
        "meta": {"resourceType": "ResourceType", "location": f"{base_url}/ResourceTypes/{resource_type.name}"},
    }
    extensions = [{"schema": each.schema.id, "required": each.required} for each in resource_type.extensions]
    return {**shown, "schemaExtensions": extensions} if extensions else shown


def schema(schema: Schema, base_url: str) -> dict[str, Any]:
    """One Schema, with every characteristic of its attributes."""
    return {
        "schemas": [SCHEMA],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": [attribute.described() for attribute in schema.attributes],
        "meta": {"resourceType": "Schema", "location": f"{base_url}/Schemas/{schema.id}"},
    }


def schemas(resource_types: Iterable[ResourceType]) -> Mapping[str, Schema]:
    """Every schema in use by its URN, those of discovery itself last (RFC 7643 §8.7.2)."""
    used = {schema.id: schema for each in resource_types for schema in _schemas_of(each)}
    return used | {schema.id: schema for schema in _OWN}


def _schemas_of(resource_type: ResourceType) -> Iterable[Schema]:
    yield resource_type.schema
    yield from (extension.schema for extension in resource_type.extensions)


_OWN = tuple(built_in(name) for name in ("schema", "resource_type", "service_provider_config"))
