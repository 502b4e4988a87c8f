"""Filters (RFC 7644 §3.4.2.2) as trees. Text becomes one in `filter_text.py`; what one means is `evaluate.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import orjson

Literal = str | bool | int | float | None


class Operator(StrEnum):
    EQ = "eq"
    NE = "ne"
    CO = "co"
    SW = "sw"
    EW = "ew"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"


@dataclass(frozen=True, slots=True)
class Name:
    """An attribute as the filter names it: `urn` where it is qualified, `sub` where a sub-attribute is meant.

    Text alone does not tell a URN that a dot parts from its attribute (Entra ID) from a sub-attribute: `resolve` does.
    """

    attribute: str
    sub: str | None = None
    urn: str | None = None

    def __str__(self) -> str:
        head = f"{self.urn}:{self.attribute}" if self.urn else self.attribute
        return f"{head}.{self.sub}" if self.sub else head


@dataclass(frozen=True, slots=True)
class Present:
    """`attr pr`"""

    name: Name

    def __str__(self) -> str:
        return f"{self.name} pr"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`attr op literal`"""

    name: Name
    operator: Operator
    literal: Literal

    def __str__(self) -> str:
        return f"{self.name} {self.operator} {orjson.dumps(self.literal).decode()}"


@dataclass(frozen=True, slots=True)
class Selection:
    """`attr[filter]`: some one value of the attribute matches the whole filter."""

    name: Name
    inner: Tree

    def __str__(self) -> str:
        return f"{self.name}[{self.inner}]"


@dataclass(frozen=True, slots=True)
class Not:
    inner: Tree

    def __str__(self) -> str:
        return f"not ({self.inner})"


@dataclass(frozen=True, slots=True)
class And:
    terms: tuple[Tree, ...]

    def __str__(self) -> str:
        return " and ".join(f"({term})" if isinstance(term, And | Or) else str(term) for term in self.terms)


@dataclass(frozen=True, slots=True)
class Or:
    terms: tuple[Tree, ...]

    def __str__(self) -> str:
        return " or ".join(f"({term})" if isinstance(term, Or) else str(term) for term in self.terms)


Tree = Present | Comparison | Selection | Not | And | Or


def names_in(tree: Tree) -> Iterator[Name]:
    """The attributes that the filter asks about; what stands within brackets is about one of them."""
    match tree:
        case And(terms) | Or(terms):
            for term in terms:
                yield from names_in(term)
        case Not(inner):
            yield from names_in(inner)
        case Present(name) | Selection(name, _) | Comparison(name, _, _):
            yield name
