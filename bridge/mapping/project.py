"""From a stored resource to the entry that one target should hold. Pure."""

from __future__ import annotations

from bridge.mapping.rules import Absent, Body, Departure, MappingFailed, Projection, Rules, Source, Wanted
from connectors.sdk import Entry, Value

__all__ = ["Absent", "Departure", "MappingFailed", "Projection", "Wanted", "project"]


def project(rules: Rules, body: Body | None) -> Projection:
    """Say what the target should hold of the resource (`id` and `meta` included; None: it was deleted)."""
    if body is None:
        return Absent(Departure.DELETED)
    if not rules.in_scope(body):
        return Absent(Departure.LEFT_SCOPE)
    source = Source(body)
    active = body.get("active") is not False
    attributes: dict[str, tuple[Value, ...]] = {}
    for attribute in rules.attributes:
        if values := attribute.read(source):
            attributes[attribute.name] = values
    return Wanted(Entry(rules.kind, attributes), active)
