"""Conditions on a resource's row, in SQL, and how they are joined. What a filter's terms become is in `fields.py`.

A condition is true of every resource that matches. Where nothing is left (`rest` is None) it is true of no other, so
the journal alone can answer. A probe finds what can match by an index, without going through the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from bridge.scim.filter import And, Tree
from bridge.scim.resource_types import ResourceType


class Sql(NamedTuple):
    """Text about `resource AS r`, with a `?` for each value. It may be NULL, which is not true."""

    text: str
    values: tuple[object, ...] = ()


TRUE, FALSE = Sql("TRUE"), Sql("FALSE")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose resources of which type; `location` is what stands before the id in their `meta.location`."""

    tenant: str
    type: ResourceType
    location: str


class Cost(IntEnum):
    """How much of an index a probe goes through."""

    ONE = 0
    EQUAL = 1
    RANGE = 2
    WHOLE = 3


class Select(NamedTuple):
    """What finds numbers (`seq`) of resources: a test of living ones along an index; without one, a statement."""

    sql: Sql
    along: str | None = None


class Probe(NamedTuple):
    """What matches is among what its selects find together."""

    cost: Cost
    selects: tuple[Select, ...]

    @property
    def along(self) -> str | None:
        """The index of `resource`, where it is one alone: what it finds is of the scope, and each once."""
        return self.selects[0].along if len(self.selects) == 1 else None


class Condition(NamedTuple):
    """`rest` is what of the filter is to be asked of each resource still; `beside` is what a probe leaves of `sql`."""

    sql: Sql
    rest: Tree | None = None
    probe: Probe | None = None
    beside: Sql = TRUE


EVERYTHING = Condition(TRUE)
NOTHING = Condition(FALSE, probe=Probe(Cost.ONE, ()))


def constant(value: bool) -> Condition:
    """What is true of all resources of a type, or of none."""
    return EVERYTHING if value else NOTHING


def unanswered(tree: Tree) -> Condition:
    """What SQL cannot answer."""
    return Condition(TRUE, rest=tree)


def all_of(terms: Sequence[Condition]) -> Condition:
    """The cheapest probe finds what the other terms are asked of."""
    rests = tuple(term.rest for term in terms if term.rest is not None)
    rest = None if not rests else rests[0] if len(rests) == 1 else And(rests)
    if any(term.sql is FALSE for term in terms):
        return NOTHING._replace(rest=rest)
    probes = [(term.probe.cost, number) for number, term in enumerate(terms) if term.probe is not None]
    sql = conjunction(term.sql for term in terms)
    if not probes:
        return Condition(sql, rest)
    _, chosen = min(probes)
    beside = conjunction(term.beside if number == chosen else term.sql for number, term in enumerate(terms))
    return Condition(sql, rest, terms[chosen].probe, beside)


def any_of(terms: Sequence[Condition], tree: Tree) -> Condition:
    """Every term must have a probe for there to be one; `tree` is the whole, which is asked where a term has a rest."""
    rest = tree if any(term.rest is not None for term in terms) else None
    terms = [term for term in terms if term.sql is not FALSE]
    if not terms:
        return NOTHING._replace(rest=rest)
    if any(term.sql is TRUE for term in terms):
        return Condition(TRUE, rest)
    sql = Sql(f"({' OR '.join(term.sql.text for term in terms)})", _values(term.sql for term in terms))
    probes = [term.probe for term in terms if term.probe is not None]
    if len(probes) < len(terms):
        return Condition(sql, rest)
    probe = Probe(max(each.cost for each in probes), tuple(select for each in probes for select in each.selects))
    return Condition(sql, rest, probe, TRUE if all(term.beside is TRUE for term in terms) else sql)


def negation(inner: Condition, tree: Tree) -> Condition:
    """Only what is wholly in SQL can be turned round; `tree` is the negation."""
    if inner.rest is not None:
        return unanswered(tree)
    if inner.sql in (TRUE, FALSE):
        return constant(inner.sql is FALSE)
    return Condition(Sql(f"({inner.sql.text}) IS NOT TRUE", inner.sql.values))


def conjunction(terms: Iterable[Sql]) -> Sql:
    """All of them."""
    some = [term for term in terms if term is not TRUE]
    return Sql(" AND ".join(term.text for term in some), _values(some)) if some else TRUE


def _values(terms: Iterable[Sql]) -> tuple[object, ...]:
    return tuple(value for term in terms for value in term.values)
