"""From a resource to a target's entry, and from two entries to the change between them. Pure."""

from bridge.mapping.compile import MappingInvalid, check_target, compile_rules, compile_target
from bridge.mapping.delta import delta
from bridge.mapping.project import project
from bridge.mapping.rules import Absent, Attribute, Departure, MappingFailed, Need, Projection, Rules, Source, Wanted

__all__ = [
    "Absent",
    "Attribute",
    "Departure",
    "MappingFailed",
    "MappingInvalid",
    "Need",
    "Projection",
    "Rules",
    "Source",
    "Wanted",
    "check_target",
    "compile_rules",
    "compile_target",
    "delta",
    "project",
]
