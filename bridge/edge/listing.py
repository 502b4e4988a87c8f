"""Lists and searches: narrow by an index where the filter allows, let the evaluator decide, sort, cut out one page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bridge.edge.parts import Client, Edge
from bridge.edge.shown import add_related, describe, show
from bridge.edge.writes import fold
from bridge.journal import Connection, resources
from bridge.journal.resources import Index, Narrow, Stored
from bridge.scim.errors import InvalidPath, InvalidValue, TooMany
from bridge.scim.evaluate import compile_filter
from bridge.scim.filter import And, Comparison, Name, Not, Operator, Or, Present, Selection, Tree, parse
from bridge.scim.messages import Search, list_response
from bridge.scim.path import resolve
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Returned

MOST_SCANNED = 100_000
"""Resources that one search reads without an index; where there are more, the filter must name an indexed attribute."""

Row = tuple[ResourceType, Stored]


async def find(edge: Edge, client: Client, types: list[ResourceType], search: Search) -> dict[str, Any]:
    """The ListResponse."""
    tree = parse(search.filter) if search.filter else None
    plans = [_Plan(edge, client.tenant, type_, tree) for type_ in types]

    def run(db: Connection) -> dict[str, Any]:
        rows, total = _rows(db, plans, search)
        return list_response([show(db, edge, type_, row, search) for type_, row in rows], total, search.start)

    if all(plan.is_short for plan in plans):
        return edge.journal.read(run)
    return await edge.journal.scan(run)


def _rows(db: Connection, plans: list[_Plan], search: Search) -> tuple[list[Row], int]:
    skip = search.start - 1
    if len(plans) == 1 and plans[0].is_everything and search.sort_by is None:
        plan = plans[0]
        page = resources.page(db, plan.tenant, plan.type.name, skip, search.count)
        return [(plan.type, row) for row in page], resources.count(db, plan.tenant, plan.type.name)
    found = [(plan.type, row) for plan in plans for row in plan.run(db, sorts=search.sort_by is not None)]
    if search.sort_by is not None:
        found = _sorted(found, search.sort_by, search.descending)
    return found[skip : skip + search.count], len(found)


class _Plan:
    """How one type is searched."""

    def __init__(self, edge: Edge, tenant: str, type_: ResourceType, tree: Tree | None) -> None:
        self.edge = edge
        self.tenant = tenant
        self.type = type_
        self.narrow, rest = _narrow(tree, type_) if tree is not None else (None, None)
        self.matches: Callable[[Mapping[str, Any]], bool] | None = compile_filter(rest, type_) if rest else None
        self.related = [name for name in ("members", "groups") if rest is not None and _names(rest, name)]

    @property
    def is_everything(self) -> bool:
        return self.narrow is None and self.matches is None

    @property
    def is_short(self) -> bool:
        """A handful of rows: quicker read here than handed to a thread."""
        return self.narrow is not None and self.narrow.index is not Index.MEMBER

    def run(self, db: Connection, *, sorts: bool) -> Iterator[Stored]:
        """The matching resources in the order of their creation."""
        scans = self.narrow is None and (self.matches is not None or sorts)
        if scans and resources.count(db, self.tenant, self.type.name) > MOST_SCANNED:
            raise TooMany("too many resources for this: filter by userName, externalId, id or members")
        for row in resources.search(db, self.tenant, self.type.name, self.narrow):
            if self.matches is None or self.matches(self._whole(db, row)):
                yield row

    def _whole(self, db: Connection, row: Stored) -> dict[str, Any]:
        whole = describe(self.edge, self.type, row)
        for name in self.related:
            add_related(db, self.edge, name, whole)
        return whole


def _narrow(tree: Tree, type_: ResourceType) -> tuple[Narrow | None, Tree | None]:
    """An index that holds all that can match, and what is left to ask of each row."""
    terms = tree.terms if isinstance(tree, And) else (tree,)
    indexed = [(narrow, term) for term in terms if (narrow := _index(term, type_)) is not None]
    if not indexed:
        return None, tree
    narrow, used = min(indexed, key=lambda pair: pair[0].index is Index.MEMBER)
    rest = tuple(term for term in terms if term is not used)
    if narrow.index is Index.UNIQUE:
        rest = terms  # the index folds more than the comparison does (NFKC)
    if not rest:
        return narrow, None
    return narrow, rest[0] if len(rest) == 1 else And(rest)


def _index(term: Tree, type_: ResourceType) -> Narrow | None:
    if not isinstance(term, Comparison) or term.operator is not Operator.EQ or not isinstance(term.literal, str):
        return None
    if term.name.urn and type_.schema_of(term.name.urn) is not type_.schema:
        return None
    name, sub = term.name.attribute.lower(), (term.name.sub or "").lower()
    if type_.unique and name == type_.unique.lower() and not sub:
        return Narrow(Index.UNIQUE, fold(term.literal))
    if name == "members" and sub in ("", "value") and type_.name == "Group":
        return Narrow(Index.MEMBER, term.literal)
    if sub:
        return None
    return {"id": Narrow(Index.ID, term.literal), "externalid": Narrow(Index.EXTERNAL, term.literal)}.get(name)


def _names(tree: Tree, attribute: str) -> bool:
    """Whether the filter asks about the attribute anywhere."""
    match tree:
        case And(terms) | Or(terms):
            return any(_names(term, attribute) for term in terms)
        case Not(inner):
            return _names(inner, attribute)
        case Present(name) | Selection(name, _) | Comparison(name, _, _):
            return _is(name, attribute)


def _is(name: Name, attribute: str) -> bool:
    return name.attribute.lower() == attribute


def _sorted(found: list[Row], sort_by: str, descending: bool) -> list[Row]:
    """By the attribute (RFC 7644 §3.4.2.3); a multi-valued one by its primary value. Who has none comes last."""
    keyed = [(_sort_key(type_, row, sort_by), type_, row) for type_, row in found]
    having = [each for each in keyed if each[0] is not None]
    having.sort(key=lambda each: _Comparable(each[0]), reverse=descending)
    lacking = [each for each in keyed if each[0] is None]
    ordered = lacking + having if descending else having + lacking
    return [(type_, row) for _, type_, row in ordered]


def _sort_key(type_: ResourceType, row: Stored, sort_by: str) -> Any:
    try:
        path = resolve(sort_by, type_)
    except InvalidPath as error:
        raise InvalidValue(f"sortBy: {error.detail}") from None
    attribute, sub = path.attribute, path.sub
    if attribute is None or (path.leaf is not None and path.leaf.returned is Returned.NEVER):
        raise InvalidValue("sortBy: cannot be sorted by")
    holder = row.body if path.extension is None else row.body.get(path.extension.id) or {}
    value = {"id": row.id}.get(attribute.name, holder.get(attribute.name))
    if attribute.name == "meta" and sub is not None:
        return {"created": row.created, "lastModified": row.modified}.get(sub.name, row.id)
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, dict) and each.get("primary")), value[0])
    if isinstance(value, dict):
        value = value.get(sub.name if sub else "value")
    exact = path.leaf is not None and path.leaf.case_exact
    return value if exact or not isinstance(value, str) else value.casefold()


class _Comparable:
    """Values of one attribute are of one type; where they are not, text decides."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: _Comparable) -> bool:
        try:
            return bool(self.value < other.value)
        except TypeError:
            return str(self.value) < str(other.value)
