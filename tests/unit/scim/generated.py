"""Resources, PATCH operations and filters by dice, from the schemas: mostly right, and as wrong as a test asks for.

The dice are seeded: the same number gives the same cases, and a failure names its own.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute, Type

ODD: tuple[Any, ...] = (
    None,
    "",
    [],
    {},
    1,
    True,
    "x",
    ["x"],
    [[]],
    [None],
    {"value": "x"},
    [{"value": "x"}],
    0.5,
    "a@b",
)
"""What a body may hold where something else is meant."""
URIS = ("https://example.com/x", "https://example.com/y")


@dataclass
class Dice:
    """`oddness`: how often a value is one of `ODD`."""

    seed: int
    oddness: float = 0.0
    random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def often(self, share: float) -> bool:
        return self.random.random() < share

    def resource(self, type_: ResourceType, *, readonly: bool = False) -> dict[str, Any]:
        """A body for a POST or PUT; with `readonly`, one that sends read-only attributes too."""
        body: dict[str, Any] = {"schemas": [type_.schema.id]}
        for attribute in type_.names.values():
            if attribute.name == "schemas" or (attribute.read_only and not readonly):
                continue
            if self.often(1.0 - self.oddness if attribute.required else 0.2):
                body[attribute.name] = self.value(attribute)
        for extension in type_.extensions:
            chosen = [each for each in extension.schema.attributes if self.often(0.4)]
            if chosen and self.often(0.5):
                body[extension.schema.id] = {each.name: self.value(each) for each in chosen}
                body["schemas"].append(extension.schema.id)
        return body

    def value(self, attribute: Attribute) -> Any:
        """A value of the attribute: one, or a list where it has many."""
        if self.often(self.oddness):
            return self.random.choice(ODD)
        if not attribute.multi_valued:
            return self.one(attribute)
        if attribute.name == "members":
            return [self._member(id_) for id_ in self.random.sample("1234", self.random.randint(1, 3))]
        values = [self.one(attribute) for _ in range(self.random.randint(1, 3))]
        if attribute.is_complex and self.often(0.4):
            self.random.choice(values)["primary"] = True
        return values

    def one(self, attribute: Attribute) -> Any:
        """A single value; a complex one is never empty."""
        if not attribute.is_complex:
            return self.simple(attribute)
        if attribute.name == "manager":
            return {"value": self.random.choice("12"), "$ref": "https://example.com/Users/1"}
        if attribute.name == "members":
            return self._member(self.random.choice("1234"))
        subs = [sub for sub in attribute.sub_attributes if sub.name != "primary"]
        chosen = [sub for sub in subs if self.often(0.5)] or subs[:1]
        return {sub.name: self.value(sub) for sub in chosen}

    def simple(self, attribute: Attribute) -> Any:
        """A value that is not complex."""
        match attribute.type:
            case Type.BOOLEAN:
                return self.often(0.5)
            case Type.DATETIME:
                return self.random.choice(("2020-01-01T00:00:00Z", "2021-06-01T12:30:00+02:00"))
            case Type.BINARY:
                return self.random.choice(("aGk=", "AQID"))
            case Type.REFERENCE:
                return self.random.choice(URIS)
        if attribute.name == "value":
            return self.random.choice(("a@example.com", "b@example.com"))
        if attribute.canonical_values:
            return self.random.choice(attribute.canonical_values[:3])
        return self.random.choice(("x", "y", "Kim"))

    def operation(self, type_: ResourceType) -> dict[str, Any]:
        """One operation of a PATCH, with a path of any form, or without."""
        op = self.random.choice(("add", "replace", "remove"))
        urn, attribute = self._place(type_)
        if op != "remove" and self.often(0.15):
            return {"op": op, "value": self._attributes(type_)}
        path, value = self._path(f"{urn}:{attribute.name}" if urn else attribute.name, attribute)
        return {"op": op, "path": path} if op == "remove" else {"op": op, "path": path, "value": value}

    def filter(self, type_: ResourceType, depth: int = 2) -> str:
        """A filter about the type's attributes, with every operator and connective."""
        if depth and self.often(0.4):
            inner = [self.filter(type_, depth - 1) for _ in range(2)]
            form = self.random.choice(("{} and {}", "{} or {}", "not ({})", "({}) and {}"))
            return form.format(*inner)
        urn, attribute = self._place(type_)
        path = f"{urn}:{attribute.name}" if urn else attribute.name
        if attribute.is_complex:
            sub = self.random.choice(attribute.sub_attributes)
            if attribute.multi_valued and self.often(0.4):
                return f"{path}[{self._term(sub.name, sub)}]"
            return self._term(f"{path}.{sub.name}", sub)
        return self._term(path, attribute)

    def _term(self, path: str, attribute: Attribute) -> str:
        if self.often(0.15):
            return f"{path} pr"
        operators = {
            Type.BOOLEAN: ("eq", "ne"),
            Type.BINARY: ("eq", "ne"),
            Type.REFERENCE: ("eq", "ne", "co", "sw", "ew"),
        }.get(attribute.type, ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"))
        literal = self.simple(attribute)
        if isinstance(literal, str) and self.often(0.2):
            literal = literal.upper() if attribute.type is Type.STRING else literal
        return f"{path} {self.random.choice(operators)} {json.dumps(literal)}"

    def _place(self, type_: ResourceType) -> tuple[str | None, Attribute]:
        places: list[tuple[str | None, Attribute]] = [(None, each) for each in type_.schema.attributes]
        places += [(each.schema.id, sub) for each in type_.extensions for sub in each.schema.attributes]
        return self.random.choice([place for place in places if not place[1].read_only])

    def _attributes(self, type_: ResourceType) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for urn, attribute in (self._place(type_) for _ in range(2)):
            holder = value.setdefault(urn, {}) if urn else value
            holder[attribute.name] = self.value(attribute)
        return value

    def _path(self, path: str, attribute: Attribute) -> tuple[str, Any]:
        if not attribute.is_complex or self.often(0.4):
            return path, self.value(attribute)
        subs = [sub for sub in attribute.sub_attributes if not sub.read_only]
        sub = self.random.choice(subs)
        if attribute.multi_valued and self.often(0.7):
            key = self.random.choice([each for each in subs if each.type is not Type.BINARY])
            path = f"{path}[{key.name} eq {json.dumps(self.simple(key))}]"
            if self.often(0.4):
                return path, self.one(attribute)
        return f"{path}.{sub.name}", self.value(sub)

    @staticmethod
    def _member(id_: str) -> dict[str, Any]:
        return {"value": id_, "type": "User", "$ref": f"https://example.com/Users/{id_}"}


def cases(count: int, make: Callable[[Dice], Any], *, seed: int, oddness: float = 0.0) -> list[tuple[int, Any]]:
    """So many cases, each with the seed that makes it again."""
    return [(number, make(Dice(number, oddness))) for number in range(seed, seed + count)]
