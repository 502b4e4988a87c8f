"""How a filter is answered: which index holds all that can match, and what is left to ask of each resource."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.journal.resources import Index, Narrow
from bridge.scim.filter import And, Comparison, Name, Not, Operator, Or, Present, Selection, Tree
from bridge.scim.resource_types import ResourceType


@dataclass(frozen=True, slots=True)
class Way:
    """`members` are ids of whom each must be a member: the journal is asked for each, and no list is loaded."""

    narrow: Narrow | None = None
    members: tuple[str, ...] = ()
    rest: Tree | None = None


def narrow(tree: Tree | None, type_: ResourceType) -> Way:
    """The way to answer this filter for resources of this type."""
    if tree is None:
        return Way()
    terms = tree.terms if isinstance(tree, And) else (tree,)
    indexed = {number: found for number, term in enumerate(terms) if (found := _index(term, type_)) is not None}
    rest = [term for number, term in enumerate(terms) if number not in indexed]
    members = [found for found in indexed.values() if found.index is Index.MEMBER]
    others = [(number, found) for number, found in indexed.items() if found.index is not Index.MEMBER]
    for place, (number, found) in enumerate(others):
        if place > 0 or found.index is Index.UNIQUE:  # the unique index folds more than the comparison does (NFKC)
            rest.append(terms[number])
    first = next((found for _, found in others), None)
    if first is None and members:
        first, *members = members
    return Way(first, tuple(found.value for found in members), _all(rest))


def asks_for(tree: Tree | None, attribute: str) -> bool:
    """Whether the filter asks about the attribute anywhere."""
    match tree:
        case None:
            return False
        case And(terms) | Or(terms):
            return any(asks_for(term, attribute) for term in terms)
        case Not(inner):
            return asks_for(inner, attribute)
        case Present(name) | Selection(name, _) | Comparison(name, _, _):
            return _is(name, attribute)


def _is(name: Name, attribute: str) -> bool:
    return name.attribute.lower() == attribute


def _all(terms: list[Tree]) -> Tree | None:
    return (terms[0] if len(terms) == 1 else And(tuple(terms))) if terms else None


def _index(term: Tree, type_: ResourceType) -> Narrow | None:
    if not isinstance(term, Comparison) or term.operator is not Operator.EQ or not isinstance(term.literal, str):
        return None
    if term.name.urn and type_.schema_of(term.name.urn) is not type_.schema:
        return None
    name, sub = term.name.attribute.lower(), (term.name.sub or "").lower()
    if type_.unique and name == type_.unique.lower() and not sub:
        return Narrow(Index.UNIQUE, type_.unique_key(term.literal) or "")
    if name == "members" and sub in ("", "value") and "members" in type_.related:
        return Narrow(Index.MEMBER, term.literal)
    if sub:
        return None
    return {"id": Narrow(Index.ID, term.literal), "externalid": Narrow(Index.EXTERNAL, term.literal)}.get(name)
