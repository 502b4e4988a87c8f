"""A filter as a condition in SQL (RFC 7644 §3.4.2.2): tree + resource type → `Condition`.

It means what `bridge/scim/evaluate.py` means; what SQL cannot say is left to that, for each resource that is found. So
is what cannot be asked at all: it is never answered here, and refused there.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from bridge.journal.conditions import (
    EVERYTHING,
    NOTHING,
    Condition,
    Cost,
    Scope,
    Sql,
    all_of,
    any_of,
    constant,
    negation,
    unanswered,
)
from bridge.journal.fields import Field, field_of
from bridge.journal.texts import Text, Values
from bridge.scim.errors import InvalidPath
from bridge.scim.filter import And, Comparison, Name, Not, Operator, Or, Present, Selection, Tree
from bridge.scim.path import KEPT, resolve
from bridge.scim.resource_types import ResourceType, fold


def condition(tree: Tree | None, scope: Scope) -> Condition:
    """The condition of a filter; of none, one that is always true."""
    match tree:
        case None:
            return EVERYTHING
        case And(terms):
            return all_of([condition(term, scope) for term in terms])
        case Or(terms):
            return any_of([condition(term, scope) for term in terms], tree)
        case Not(inner):
            return negation(condition(inner, scope), tree)
        case Comparison():
            return _compare(tree, scope)
        case Present():
            return _present(tree, scope)
        case Selection():
            return _select(tree, scope)


class Key(NamedTuple):
    """A column of which no two living resources of a type have the same value, and a value of it."""

    column: str
    value: str


def key_of(tree: Tree | None, type_: ResourceType) -> Key | None:
    """What the filter is, where it asks for one resource by a key and for nothing else."""
    if isinstance(tree, Comparison) and tree.operator is Operator.EQ and isinstance(tree.literal, str):
        field = _find(str(tree.name), tree.name.attribute, type_).field
        if isinstance(field, Text) and field.one and tree.literal:
            return Key(field.column, fold(tree.literal) if field.folded else tree.literal)
    return None


class _Found(NamedTuple):
    """Where a name leads: `exists`: to something; `is_whole`: to all of a complex attribute; what is kept of it."""

    exists: bool
    is_whole: bool = False
    field: Field | None = None


@lru_cache(KEPT)
def _find(name: str, attribute: str, type_: ResourceType) -> _Found:
    try:
        path = resolve(name, type_)
    except InvalidPath:
        return _Found(
            type_.find(attribute) is not None
        )  # a part that it does not have: it may be a secret all the same
    is_whole = path.attribute is not None and path.attribute.is_complex and path.sub is None
    return _Found(True, is_whole, field_of(path, type_))


def _where(name: Name, scope: Scope) -> _Found:
    return _find(str(name), name.attribute, scope.type)


def _compare(tree: Comparison, scope: Scope) -> Condition:
    found = _where(tree.name, scope)
    if not found.exists and (tree.literal is not None or tree.operator in _EQUALITY):
        return constant((tree.operator is Operator.NE) != (tree.literal is None))
    if found.field is None:
        return unanswered(tree)
    if tree.literal is not None:
        return found.field.compare(tree.operator, tree.literal, scope) or unanswered(tree)
    match tree.operator:
        case Operator.EQ:
            return negation(found.field.present(), tree)
        case Operator.NE:
            return found.field.present()
        case _:
            return unanswered(tree)


_EQUALITY = (Operator.EQ, Operator.NE)


def _present(tree: Present, scope: Scope) -> Condition:
    found = _where(tree.name, scope)
    if not found.exists:
        return NOTHING
    return found.field.present() if found.field and not found.is_whole else unanswered(tree)


def _select(tree: Selection, scope: Scope) -> Condition:
    found = _where(tree.name, scope)
    if not isinstance(found.field, Values) or not found.is_whole or (one := _within(tree.inner, found.field)) is None:
        return unanswered(tree)
    having = found.field.having(one.test, one.cost)
    return having if one.is_all else having._replace(rest=tree)


class _One(NamedTuple):
    """What must be true of one value, how it is found, and whether that is all that must be."""

    test: Sql
    cost: Cost
    is_all: bool


def _within(tree: Tree, field: Values) -> _One | None:
    """What a filter within brackets says of `value`; None where that is nothing that helps."""
    match tree:
        case Comparison(name, operator, str(literal)) if _is_value(name) and operator is not Operator.NE:
            return _One(*field.test(operator, literal), True)
        case And(terms):
            found = [one for term in terms if (one := _within(term, field))]
            is_all = len(found) == len(terms) and all(one.is_all for one in found)
            return _joined(" AND ", found, min(one.cost for one in found), is_all) if found else None
        case Or(terms):
            found = [one for term in terms if (one := _within(term, field))]
            if len(found) < len(terms):
                return None
            return _joined(" OR ", found, max(one.cost for one in found), all(one.is_all for one in found))
        case _:
            return None


def _is_value(name: Name) -> bool:
    return name.attribute.lower() == "value" and name.sub is None and name.urn is None


def _joined(join: str, found: list[_One], cost: Cost, is_all: bool) -> _One:
    text = join.join(one.test.text for one in found)
    return _One(Sql(f"({text})", tuple(value for one in found for value in one.test.values)), cost, is_all)
