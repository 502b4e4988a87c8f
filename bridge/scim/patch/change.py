"""Add, replace and remove at one attribute (RFC 7644 §3.5.2.1 to §3.5.2.3). `holder` is where the attribute lives.

Nothing that was there before is changed in place: what changes is made anew, so a refused PATCH leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bridge.scim.errors import Mutability
from bridge.scim.patch.message import Op
from bridge.scim.schemas import Attribute
from bridge.scim.schemas import Mutability as Characteristic
from bridge.scim.values import many, one_primary, same, whole

Resource = dict[str, Any]


def change(holder: Resource, op: Op, attribute: Attribute, value: Any) -> None:
    """Carry one operation out at an attribute of `holder`. None and [] are "no value" (RFC 7643 §2.5)."""
    if op is Op.ADD and value == [] and attribute.multi_valued:
        return
    if op is not Op.REMOVE and means_nothing(attribute, value):
        op, value = Op.REMOVE, None
    _ON[op](holder, attribute, value)


def means_nothing(attribute: Attribute, value: Any) -> bool:
    """Whether the value unassigns; "" does for a complex attribute (Entra ID clears a manager so)."""
    return value is None or value == [] or (value == "" and attribute.is_complex)


def change_sub(value: Any, op: Op, sub: Attribute, new: Any) -> Any:
    """One complex value with a sub-attribute changed; None where nothing is left of it."""
    changed = dict(value) if isinstance(value, dict) else {}
    change(changed, op, sub, new)
    check_immutable(sub, (value or {}).get(sub.name), changed.get(sub.name))
    if value and sub.required and sub.name not in changed:
        raise Mutability(f"{sub.name} is required and cannot be removed")
    return changed or None


def put(holder: Resource, attribute: Attribute, value: Any) -> None:
    """Assign or unassign."""
    if value is None or value == []:
        holder.pop(attribute.name, None)
    else:
        holder[attribute.name] = value


def put_values(holder: Resource, attribute: Attribute, values: list[Any], new: list[Any]) -> None:
    """Assign values; a new primary one takes the mark from the others (RFC 7644 §3.5.2)."""
    primary = next((each for each in new if isinstance(each, dict) and each.get("primary") is True), None)
    put(holder, attribute, one_primary(values, primary))


def listed(value: Any) -> list[Any]:
    """Values as a multi-valued attribute gets them: a list, or one value alone."""
    return value if isinstance(value, list) else [value]


def check_immutable(attribute: Attribute, before: Any, after: Any) -> None:
    """What is immutable may be given a value once (RFC 7644 §3.5.2)."""
    if attribute.mutability is Characteristic.IMMUTABLE and before is not None and not same(attribute, before, after):
        raise Mutability(f"{attribute.name} is immutable: it has a value that cannot change")
    if attribute.is_complex and not attribute.multi_valued and isinstance(before, dict):
        for sub in attribute.sub_attributes:
            check_immutable(sub, before.get(sub.name), (after or {}).get(sub.name))


def merge(attribute: Attribute, old: Resource, sent: Any) -> Resource | None:
    """A complex value with the sub-attributes sent; the others stay (RFC 7644 §3.5.2.3), those sent as null go."""
    new = whole_one(attribute, sent) or {}
    merged = {**old, **new}
    if isinstance(sent, dict):
        for name, each in sent.items():
            sub = attribute.sub(name)
            if each in (None, []) and sub is not None and not sub.read_only:
                merged.pop(sub.name, None)
    if "$ref" not in new and merged.get("value") != old.get("value"):
        merged.pop("$ref", None)  # it led to the old value
    return merged or None


def whole_one(attribute: Attribute, sent: Any) -> Any:
    """One value of the attribute, multi-valued or not, alone or as a list of one."""
    if not attribute.multi_valued:
        return whole(attribute, sent)
    values = many(attribute, listed(sent))
    return values[0] if len(values) == 1 else None


def _add(holder: Resource, attribute: Attribute, value: Any) -> None:
    if attribute.multi_valued:
        _add_values(holder, attribute, many(attribute, listed(value)))
    else:
        _assign(holder, attribute, value)


def _add_values(holder: Resource, attribute: Attribute, sent: list[Any]) -> None:
    """Values that are there already stay; `primary` may be all that is new about one."""
    values = list(holder.get(attribute.name, ()))
    places: dict[Any, int] = {}
    for at, have in enumerate(values):
        places.setdefault(_identity(have), at)
    new = []
    for each in sent:
        at = places.setdefault(_identity(each), len(values))
        if at == len(values):
            values.append(each)
            new.append(each)
        elif isinstance(each, dict) and "primary" in each:
            values[at] = each
            new.append(each)
    put_values(holder, attribute, values, new)


def _identity(value: Any) -> Any:
    """What is equal for two values that are one, whichever is primary."""
    if isinstance(value, dict):
        return frozenset((name, _identity(each)) for name, each in value.items() if name != "primary")
    return tuple(value) if isinstance(value, list) else value


def _replace(holder: Resource, attribute: Attribute, value: Any) -> None:
    if attribute.multi_valued:
        put(holder, attribute, many(attribute, listed(value)))
    else:
        _assign(holder, attribute, value)


def _assign(holder: Resource, attribute: Attribute, value: Any) -> None:
    if attribute.is_complex:
        put(holder, attribute, merge(attribute, holder.get(attribute.name) or {}, value))
    else:
        put(holder, attribute, whole(attribute, value))


def _remove(holder: Resource, attribute: Attribute, value: Any) -> None:
    """All of it; of many values those in a list of them, as Entra ID names them."""
    if attribute.multi_valued and value not in (None, []):
        unwanted = many(attribute, listed(value))
        kept = [each for each in holder.get(attribute.name, ()) if not any(_covers(u, each) for u in unwanted)]
        put(holder, attribute, kept)
    else:
        holder.pop(attribute.name, None)


_ON: dict[Op, Callable[[Resource, Attribute, Any], None]] = {Op.ADD: _add, Op.REPLACE: _replace, Op.REMOVE: _remove}


def _covers(unwanted: Any, value: Any) -> bool:
    if isinstance(unwanted, dict) and isinstance(value, dict):
        return all(value.get(name) == each for name, each in unwanted.items())
    return bool(unwanted == value)
