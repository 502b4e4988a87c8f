"""What is peculiar to one kind of sender. A profile is data: a name, what the sender is not offered, and its rules.

What would be harmless from anybody is no business of a profile: the engine takes it from all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """One kind of sender, and the rules for reading it. The defaults are the RFC's."""

    name: str
    withholds: frozenset[str] = frozenset()
    """Features of discovery (`bulk`, `sort`, …) that it is not offered."""
    makes_replaced: bool = False
    """A replace at `attribute[type eq "x"]` that selects nothing makes the value, where the RFC has `noTarget`."""
    forgives_absent: bool = False
    """A remove that selects nothing has nothing left to do, where the RFC has `noTarget`."""
    assumes_schema: bool = False
    """A body without `schemas` is what its endpoint and method take."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Its own names for the URNs of schemas, in lower case."""

    def path(self, text: str) -> str:
        """A path or an attribute's name in the RFC's words."""
        if not self.aliases:
            return text
        head = text.replace(".", ":", 1).partition(":")[0]
        urn = self.aliases.get(head.lower())
        return text if urn is None else urn + text[len(head) :]

    def body(self, raw: Any, schema: str) -> Any:
        """A resource's body in the RFC's words; `schema` is that of the endpoint's type."""
        if not isinstance(raw, dict):
            return raw
        if self.aliases:
            raw = {self.aliases.get(name.lower(), name): value for name, value in raw.items()}
        if self.assumes_schema and not any(value for name, value in raw.items() if name.lower() == "schemas"):
            raw = {**{name: value for name, value in raw.items() if name.lower() != "schemas"}, "schemas": [schema]}
        return raw
