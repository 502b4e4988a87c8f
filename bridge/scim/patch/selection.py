"""Operations at `attribute[filter]` and `attribute[filter].sub`: what the filter selects is changed, the rest stays.

Where it selects nothing there is no target (RFC 7644 §3.5.2.3); but an add makes the value that its filter describes,
for so Entra ID fills an empty `emails[type eq "work"].value`.
"""

from __future__ import annotations

from typing import Any

from bridge.scim.errors import NoTarget
from bridge.scim.evaluate import compile_selection
from bridge.scim.filter import And, Comparison, Operator, Tree
from bridge.scim.patch.change import (
    Resource,
    change_sub,
    check_immutable,
    means_nothing,
    merge,
    put_values,
    whole_one,
)
from bridge.scim.patch.message import Op
from bridge.scim.path import Path
from bridge.scim.profiles import Profile
from bridge.scim.schemas import Attribute
from bridge.scim.values import whole


def change_selected(holder: Resource, op: Op, path: Path, value: Any, profile: Profile) -> None:
    """Carry one operation out at the values that the path selects."""
    attribute, sub, selection = path.attribute, path.sub, path.selection
    assert attribute is not None
    assert selection is not None
    if op is not Op.REMOVE and means_nothing(sub or attribute, value):
        op, value = Op.REMOVE, None
    selects = compile_selection(selection, attribute)
    values = list(holder.get(attribute.name, ()))
    chosen = [selects(each) for each in values]
    if not any(chosen):
        if op is Op.REMOVE and profile.forgives_absent:
            return
        values.append(_made(op, selection, attribute, profile))
        chosen.append(True)
    changed = [
        _changed(each, op, attribute, sub, value) if hit else each for each, hit in zip(values, chosen, strict=True)
    ]
    kept = [each for each in changed if each is not None]
    put_values(holder, attribute, kept, [each for each, hit in zip(changed, chosen, strict=True) if hit])


def described(selection: Tree, attribute: Attribute) -> Resource | None:
    """The value that equalities describe: `type eq "work"` is {"type": "work"}; None where the filter says more."""
    value: Resource = {}
    for term in selection.terms if isinstance(selection, And) else (selection,):
        if not isinstance(term, Comparison) or term.operator is not Operator.EQ or term.name.sub or term.name.urn:
            return None
        sub = attribute.sub(term.name.attribute)
        if sub is None or term.literal is None:
            return None
        value[sub.name] = whole(sub, term.literal)
    return value


def _made(op: Op, selection: Tree, attribute: Attribute, profile: Profile) -> Resource:
    makes = op is Op.ADD or (op is Op.REPLACE and profile.makes_replaced)
    value = described(selection, attribute) if makes and attribute.is_complex else None
    if value is None:
        raise NoTarget(f"no value of {attribute.name} matches the path")
    return value


def _changed(each: Any, op: Op, attribute: Attribute, sub: Attribute | None, value: Any) -> Any:
    """One selected value after the operation; None where it is gone."""
    if sub is not None:
        return change_sub(each, op, sub, value)
    if op is Op.REMOVE:
        return None
    if not isinstance(each, dict):
        return whole_one(attribute, value)
    changed = merge(attribute, each, value)
    for immutable in attribute.sub_attributes:
        check_immutable(immutable, each.get(immutable.name), (changed or {}).get(immutable.name))
    return changed
