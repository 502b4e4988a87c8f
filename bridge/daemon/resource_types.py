"""Join the floors that do not know each other: resource types as the config declares them, and as SCIM means them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bridge.mapping import check_target
from bridge.scim.declared import Declaration, Declared, Source, Wrong, by_kind, declare
from bridge.scim.resource_types import ResourceType
from bridge.settings import Fault, ResourceTypeSettings, Settings
from bridge.settings.places import dotted, shown
from bridge.settings.resource_types import SchemaSource
from bridge.settings.target import Check


def types_of(settings: Settings) -> Mapping[str, ResourceType]:
    """The resource types by name, those that are built in too."""
    return _declared(settings.resource_types).types


def judge(declared: Mapping[str, ResourceTypeSettings]) -> tuple[Iterable[Fault], Check]:
    """What `settings.load` asks: the faults of the declarations, and the check of a target's mapping."""
    found = _declared(declared)
    return [_fault(wrong) for wrong in found.wrong], check_target(by_kind(found.types))


def _declared(declared: Mapping[str, ResourceTypeSettings]) -> Declared:
    return declare(_declaration(each) for each in declared.values())


def _declaration(settings: ResourceTypeSettings) -> Declaration:
    return Declaration(
        settings.name,
        settings.endpoint,
        None if settings.source is None else _source(settings.source),
        settings.description,
        tuple((_source(each.source), each.required) for each in settings.extensions),
    )


def _source(source: SchemaSource) -> Source:
    return Source(source.name, source.raw)


def _fault(wrong: Wrong) -> Fault:
    """The place is in the file of a schema, or in the config."""
    flaw = wrong.flaw
    if isinstance(wrong.where, str):
        place = f"{wrong.where}: {flaw.place}" if flaw.place else wrong.where
    else:
        place = dotted(("resource_types", *(int(key) if key.isdigit() else key for key in wrong.where)))
    return Fault(place, shown((), flaw.value), flaw.problem, flaw.remedy)
