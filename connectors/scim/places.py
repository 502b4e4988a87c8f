"""Where a mapped attribute stands in a resource of the service: a SCIM path, resolved. Pure.

    userName · name.givenName · emails[type eq "work"].value · phoneNumbers
    urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager

A complex attribute without a sub-attribute means its `value`. An extension whose schema we do not know (before the
service has shown it) is taken as the path has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from itertools import combinations
from typing import Any

from bridge.scim.errors import InvalidPath, ScimError
from bridge.scim.evaluate import compile_selection
from bridge.scim.filter import And, Comparison, Literal, Name, Operator, Selection, Tree
from bridge.scim.filter_text import parse_name
from bridge.scim.path import resolve
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute, Type

OURS = {
    "active": "is written by on_disable, on_delete and on_leave; take the line out",
    "password": 'goes a way of its own; write password = true, and take the line out ("docs/passwords.md")',
    "members": "is delivered from the groups' memberships; take the line out",
    "schemas": "is made from what is mapped; take the line out",
}


class Misplaced(ValueError):
    """The path cannot be mapped; `str()` follows its text, and says what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A resolved path. `fixed` is what its selection fixes (`type` is `work`), `takes` which values it selects."""

    text: str
    urn: str | None
    attribute: Attribute
    sub: Attribute | None = None
    names_sub: bool = False
    fixed: Mapping[str, Literal] = field(default_factory=dict)
    takes: Callable[[Any], bool] = lambda _: True
    selection: Tree | None = None

    @property
    def leaf(self) -> Attribute:
        return self.sub or self.attribute

    @property
    def top(self) -> str:
        """The path of the whole attribute."""
        return f"{self.urn}:{self.attribute.name}" if self.urn else self.attribute.name

    @property
    def path(self) -> str:
        """The path of what PATCH changes: without a selection."""
        return f"{self.top}.{self.sub.name}" if self.sub and self.names_sub else self.top

    @property
    def is_id(self) -> bool:
        """It holds the id of another resource."""
        return self.sub is not None and self.sub.name == "value" and "$ref" in self.attribute.subs

    def filter(self, literal: Literal) -> Tree:
        """The filter for resources that have this value here."""
        urn, name = self.urn, self.attribute.name
        if self.selection is not None and self.sub is not None:
            inner = Comparison(Name(self.sub.name), Operator.EQ, literal)
            return Selection(Name(name, urn=urn), And((self.selection, inner)))
        return Comparison(Name(name, self.sub.name if self.sub else None, urn), Operator.EQ, literal)


@lru_cache(1024)
def place_of(text: str, resource_type: ResourceType) -> Place:
    """Where the path leads; `Misplaced` where nothing can be written there."""
    urn, attribute, sub, selection = _resolved(text, resource_type)
    if urn is None and attribute.name in OURS:
        raise Misplaced(OURS[attribute.name])
    return _place(text, urn, attribute, sub, selection)


def own_place(name: str, resource_type: ResourceType) -> Place:
    """Where what we write by calls of its own stands: `active`, `password`."""
    return _place(name, *_resolved(name, resource_type))


def overlapping(places: Sequence[Place]) -> tuple[str, str] | None:
    """Two paths that write the same; None: each writes its own."""
    for one, other in combinations(places, 2):
        if one.top.lower() == other.top.lower() and _meet(one, other):
            return one.text, other.text
    return None


def _meet(one: Place, other: Place) -> bool:
    if one.attribute.multi_valued and (not one.fixed or not other.fixed):
        return True
    if any(one.fixed[name] != other.fixed[name] for name in one.fixed.keys() & other.fixed.keys()):
        return False
    return one.leaf.name == other.leaf.name


def _place(text: str, urn: str | None, attribute: Attribute, sub: Attribute | None, selection: Tree | None) -> Place:
    if attribute.read_only or (sub is not None and sub.read_only):
        raise Misplaced("is read-only: the service sets it; take the line out")
    if attribute.is_complex and sub is None and attribute.sub("value") is None:
        parts = ", ".join(f"{attribute.name}.{each.name}" for each in attribute.sub_attributes)
        raise Misplaced(f"has several parts; name one of them: {parts}")
    fixed = {} if selection is None else _fixed(selection)
    takes = (lambda _: True) if selection is None else compile_selection(selection, attribute)
    part = sub or (attribute.sub("value") if attribute.is_complex else None)
    return Place(text, urn, attribute, part, sub is not None, fixed, takes, selection)


def _resolved(text: str, rt: ResourceType) -> tuple[str | None, Attribute, Attribute | None, Tree | None]:
    try:
        path = resolve(text, rt)
    except InvalidPath as wrong:
        if text.lower().startswith("urn:") and not text.lower().startswith(f"{rt.schema.id.lower()}:"):
            return _foreign(text)
        raise Misplaced(f"leads nowhere in a {rt.name}: {wrong.detail}; {_meant(text, rt)}") from None
    except ScimError as wrong:
        raise Misplaced(f"is not a path: {wrong.detail}; correct it") from None
    if path.attribute is None:
        raise Misplaced("names a whole schema; add the attribute, as in …:User:department")
    return (path.extension.id if path.extension else None), path.attribute, path.sub, path.selection


def _meant(text: str, rt: ResourceType) -> str:
    """What may have been meant by the first name of the path."""
    name = re.split(r"[.\[]", text, maxsplit=1)[0]
    close = () if rt.find(name) else get_close_matches(name, [each.name for each in rt.names.values()], 1)
    return f"did you mean {close[0]}?" if close else "correct it"


def _foreign(text: str) -> tuple[str | None, Attribute, Attribute | None, Tree | None]:
    """An attribute of an extension that nobody has shown us: text, or a complex value with this part."""
    try:
        name = parse_name(text)
    except ScimError:
        raise Misplaced("has a selection within a schema that is not known; map all its values instead") from None
    if name.urn is None or "." in (name.sub or ""):
        raise Misplaced("is not a path; write it as urn:…:attribute")
    if name.sub is None:
        return name.urn, Attribute(name.attribute, Type.STRING, case_exact=True), None, None
    sub = Attribute(name.sub, Type.STRING, case_exact=True)
    return name.urn, Attribute(name.attribute, Type.COMPLEX, sub_attributes=(sub,)), sub, None


def _fixed(selection: Tree) -> dict[str, Literal]:
    """What a new value gets, so that the selection selects it."""
    fixed: dict[str, Literal] = {}
    for term in selection.terms if isinstance(selection, And) else (selection,):
        if not isinstance(term, Comparison) or term.operator is not Operator.EQ or term.name.sub or term.name.urn:
            raise Misplaced('selects by more than eq and and; write it as in emails[type eq "work"].value')
        fixed[term.name.attribute] = term.literal
    return fixed
