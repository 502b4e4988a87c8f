"""From settings to rules, once, at load: every fault of the mapping is found here. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bridge.mapping.rules import Rules
from bridge.settings.faults import Fault
from bridge.settings.kinds import KindSettings
from bridge.settings.models import TargetSettings

if TYPE_CHECKING:
    from bridge.scim.resource_types import ResourceType


class MappingInvalid(Exception):
    """The mapping of one kind cannot be used."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


def compile_rules(target: TargetSettings, kind: str, settings: KindSettings, rt: ResourceType) -> Rules:
    """Make the rules of one kind at one target; `MappingInvalid` with all faults where they cannot be made."""
    raise NotImplementedError
