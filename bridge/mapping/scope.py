"""Who is in scope: a SCIM filter, asked of each resource; and which items of a list a path means. Pure.

To an IdP's request a filter about an attribute that does not exist matches nobody. In a config it is a slip, and
nobody in scope would be dangerous: it is refused at load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bridge.mapping.rules import Body
from bridge.mapping.view import HIDDEN, check_readable
from bridge.scim.errors import ScimError
from bridge.scim.evaluate import compile_filter, compile_selection
from bridge.scim.filter import And, Comparison, Name, Not, Or, Present, Selection, Tree
from bridge.scim.filter_text import parse
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute
from bridge.settings.faults import Wrong, nearest

_EXAMPLE = 'write a SCIM filter, as in: userType eq "Employee" and not (title pr)'


def compile_scope(text: str, rt: ResourceType) -> Callable[[Body], bool]:
    """The function that says whether a resource is in scope; `Wrong` where the filter cannot be used."""
    try:
        tree = parse(text)
        names = list(_names(tree, rt))
        matches = compile_filter(tree, rt)
    except ScimError as error:
        raise Wrong(f"is no filter: {error.detail}", _EXAMPLE) from None
    if "active" not in names or not rt.is_account:
        return matches
    return lambda body: matches({"active": True, **body})  # who says nothing about it is active


def compile_item_filter(tree: Tree, attribute: Attribute) -> Callable[[Any], bool]:
    """The function that says whether an item of a list is meant."""
    for _ in _item_names(tree, attribute):
        pass
    try:
        return compile_selection(tree, attribute)
    except ScimError as error:
        raise Wrong(error.detail, _EXAMPLE) from None


def _names(tree: Tree, rt: ResourceType) -> Iterator[str]:
    """The attributes that the filter asks about, each checked against the schema."""
    match tree:
        case And(terms) | Or(terms):
            for term in terms:
                yield from _names(term, rt)
        case Not(inner):
            yield from _names(inner, rt)
        case Present(name) | Comparison(name=name):
            yield _attribute(name, rt).name
        case Selection(name, inner):
            attribute = _attribute(name, rt)
            yield attribute.name
            yield from (f"{attribute.name}.{sub}" for sub in _item_names(inner, attribute))


def _item_names(tree: Tree, attribute: Attribute) -> Iterator[str]:
    match tree:
        case And(terms) | Or(terms):
            for term in terms:
                yield from _item_names(term, attribute)
        case Not(inner) | Selection(inner=inner):
            yield from _item_names(inner, attribute)
        case Present(name) | Comparison(name=name):
            yield _sub(name.attribute, attribute).name


def _attribute(name: Name, rt: ResourceType) -> Attribute:
    schema = rt.schema_of(name.urn) if name.urn else rt.schema
    if schema is rt.schema and name.attribute.casefold() == "groups" and "groups" in rt.related:
        raise Wrong(
            "is not built yet: a scope by groups", "scope by an attribute, or let the sender choose whom it sends"
        )
    if schema is rt.schema:
        check_readable([name.attribute], rt)
    if schema is None:
        raise Wrong(f"{name.urn} is no schema of {rt.name}", f"known: {', '.join(s.id for s in rt.by_urn.values())}")
    found = rt.find(name.attribute) if schema is rt.schema else schema.find(name.attribute)
    if found is None:
        raise _unknown(f"{rt.name} has no attribute {name.attribute}", name.attribute, schema.attributes)
    if name.sub is not None:
        _sub(name.sub, found)
    return found


def _sub(name: str, attribute: Attribute) -> Attribute:
    if not attribute.sub_attributes and name.casefold() == "value":
        return attribute
    found = attribute.sub(name)
    if found is None:
        raise _unknown(f"{attribute.name} has no part {name}", name, attribute.sub_attributes)
    return found


def _unknown(problem: str, name: str, known: tuple[Attribute, ...]) -> Wrong:
    names = [attribute.name for attribute in known if attribute.name.casefold() not in HIDDEN]
    meant = nearest(name, names)
    return Wrong(problem, f"did you mean {meant}?" if meant else f"known: {', '.join(names) or 'none'}")
