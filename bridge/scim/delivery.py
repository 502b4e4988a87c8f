"""The extension that shows how far the targets are with a resource: its schema, and whether a client asks for it.

All of it is read-only and `returned: request`. What it says of one resource is made where the journal can be read
(`bridge/edge/delivery_state.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bridge.scim.resource_types import Extension, ResourceType
from bridge.scim.schemas import built_in

DELIVERY = built_in("delivery")
_URN = DELIVERY.id.lower()


def with_delivery(types: Mapping[str, ResourceType]) -> dict[str, ResourceType]:
    """The resource types, each with the extension."""
    return {name: replace(type_, extensions=(*type_.extensions, Extension(DELIVERY))) for name, type_ in types.items()}


def is_asked_for(attributes: Iterable[str]) -> bool:
    """Whether one of these names leads into the extension."""
    return any(name.strip()[: len(_URN)].lower() == _URN for name in attributes)
