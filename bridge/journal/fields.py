"""What the journal keeps of an attribute where SQL finds it, and what a comparison with it is in SQL.

    id, externalId, meta.*, active, displayName, the unique attribute      columns of `resource`
    emails.value, members.value                                            rows of `email` and `membership`

Each means exactly what `bridge/scim/evaluate.py` means, or leaves the comparison to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bridge.journal.conditions import EVERYTHING, Condition, Cost, Probe, Scope, Select, Sql, constant
from bridge.journal.texts import SIGNS, Text, Value, Values
from bridge.scim.evaluate import matches
from bridge.scim.filter import Comparison, Name, Operator
from bridge.scim.path import Path
from bridge.scim.resource_types import COMMON, ResourceType
from bridge.scim.schemas import Attribute, Type
from bridge.scim.values import instant


class Field(Protocol):
    """An attribute in SQL."""

    def compare(self, operator: Operator, literal: Value, scope: Scope) -> Condition | None:
        """What the comparison is; None where SQL cannot say it, or it cannot be asked."""

    def present(self) -> Condition:
        """Whether there is a value."""


def field_of(path: Path, type_: ResourceType) -> Field | None:
    """What is kept of the attribute at this path; None where it stands in the body alone.

    A complex attribute is compared by its `value` (RFC 7643 §2.4).
    """
    attribute = path.attribute
    if path.extension is not None or attribute is None:
        return None
    if attribute.is_complex:
        return _part(attribute, path.sub or attribute.sub("value"), type_)
    if _is_text(attribute) and attribute.name == type_.unique:
        folded, needed = not attribute.case_exact, attribute.required
        return Text("unique_key", "resource_unique", folded, one=True, always=needed, complete=needed)
    if attribute in COMMON:
        return _COMMON.get(attribute.name)
    match attribute.name:
        case "displayName" if _is_text(attribute) and not attribute.case_exact:
            return _DISPLAY
        case "active" if attribute.type is Type.BOOLEAN and not attribute.multi_valued:
            return Flag()
        case _:
            return None


def _part(attribute: Attribute, sub: Attribute | None, type_: ResourceType) -> Field | None:
    if sub is None:
        return None
    if attribute in COMMON:
        return _META.get(sub.name)
    if sub.name == "value" and attribute.name in type_.related:
        return _MEMBERS if attribute.name == "members" else None
    if (attribute.name, sub.name) == ("emails", "value") and attribute.multi_valued:
        return _EMAILS if _is_text(sub) and not sub.case_exact and "$ref" not in attribute.subs else None
    return None


def _is_text(attribute: Attribute) -> bool:
    return attribute.type in (Type.STRING, Type.REFERENCE) and not attribute.multi_valued


class Flag:
    """`active`: 0, 1 or NULL."""

    def compare(self, operator: Operator, literal: Value, _: Scope) -> Condition | None:
        if isinstance(literal, str) and literal.lower() in ("true", "false"):
            literal = literal.lower() == "true"
        if operator not in (Operator.EQ, Operator.NE):
            return None
        if not isinstance(literal, bool):
            return constant(operator is Operator.NE)
        return Condition(Sql("r.active IS ?" if operator is Operator.EQ else "r.active IS NOT ?", (literal,)))

    def present(self) -> Condition:
        return Condition(Sql("r.active IS NOT NULL"))


@dataclass(frozen=True, slots=True)
class Moment:
    """A column of milliseconds; the literal may fall between two of them."""

    column: str

    def compare(self, operator: Operator, literal: Value, _: Scope) -> Condition | None:
        when = instant(literal) if isinstance(literal, str) else None
        if when is None or operator in (Operator.CO, Operator.SW, Operator.EW):
            return None
        millisecond, between = divmod((when - _EPOCH) // timedelta(microseconds=1), 1000)
        if operator in (Operator.EQ, Operator.NE):
            if between:
                return constant(operator is Operator.NE)
        elif operator in (Operator.GE, Operator.LT):
            millisecond += bool(between)
        test, index = Sql(f"r.{self.column} {SIGNS[operator]} ?", (millisecond,)), f"resource_{self.column}"
        if operator is Operator.NE:
            return Condition(test)
        cost = Cost.EQUAL if operator is Operator.EQ else Cost.RANGE
        return Condition(test, probe=Probe(cost, (Select(test, index),)))

    def present(self) -> Condition:
        return EVERYTHING


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Version:
    """`meta.version`: a weak tag of a number."""

    def compare(self, operator: Operator, literal: Value, _: Scope) -> Condition | None:
        if operator not in (Operator.EQ, Operator.NE):
            return None
        tag = _TAG.fullmatch(literal) if isinstance(literal, str) else None
        if tag is None:
            return constant(operator is Operator.NE)
        return Condition(Sql(f"r.version {SIGNS[operator]} ?", (int(tag[1]),)))

    def present(self) -> Condition:
        return EVERYTHING


_TAG = re.compile(r'W/"([1-9]\d{0,17})"', re.ASCII)


class Location:
    """`meta.location`: the id behind what is the same for all."""

    def compare(self, operator: Operator, literal: Value, scope: Scope) -> Condition | None:
        if operator not in (Operator.EQ, Operator.NE):
            return None
        if not isinstance(literal, str) or not literal.startswith(scope.location):
            return constant(operator is Operator.NE)
        return _ID.compare(operator, literal[len(scope.location) :], scope)

    def present(self) -> Condition:
        return EVERYTHING


class Kind:
    """`meta.resourceType`: the same for all."""

    def compare(self, operator: Operator, literal: Value, scope: Scope) -> Condition | None:
        if not isinstance(literal, str):
            return None
        tree = Comparison(Name("meta", "resourceType"), operator, literal)
        return constant(matches(tree, {"meta": {"resourceType": scope.type.name}}, scope.type))

    def present(self) -> Condition:
        return EVERYTHING


_ID = Text("id", "sqlite_autoindex_resource_1", one=True, always=True)
_DISPLAY = Text("display_key", "resource_display", folded=True)
_COMMON: dict[str, Field] = {"id": _ID, "externalId": Text("external_id", "resource_external")}
_META: dict[str, Field] = {
    "created": Moment("created"),
    "lastModified": Moment("modified"),
    "resourceType": Kind(),
    "location": Location(),
    "version": Version(),
}
_EMAILS = Values("SELECT seq FROM email WHERE {}", "key", folded=True)
_MEMBERS = Values(
    "SELECT g.seq FROM membership AS m CROSS JOIN resource AS g ON g.id = m.group_id WHERE {}", "m.member"
)
