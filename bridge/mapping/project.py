"""From a stored resource to the entry that one target should hold. Pure."""

from __future__ import annotations

from bridge.mapping.rules import Absent, Body, Departure, MappingFailed, Projection, Rules, Source, Wanted
from connectors.sdk import Entry, Value

PLACE = "place"
"""What is told as the attribute where its rule fails."""

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
    return Wanted(Entry(rules.kind, attributes, under=_units(rules, source)), active)


def _units(rules: Rules, source: Source) -> tuple[str, ...] | None:
    """Who has no unit stands at the kind's own place."""
    if rules.place is None:
        return None
    units = rules.place(source)
    if not all(isinstance(unit, str) for unit in units):
        raise MappingFailed(PLACE, "gives something that is no text")
    return tuple(map(str, units)) or None
