"""SCIM paths as closures: compiled once, then plain dictionary look-ups. Pure.

userName                                 the value
name.familyName                          one part of it
emails.value, emails                     all values, in the order in which the client sent them
emails[type eq "work"].value             those that the filter takes
urn:…:enterprise:2.0:User:manager        a reference to another resource
active                                   true where the client said nothing
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bridge.mapping.rules import Source
from bridge.mapping.scope import compile_item_filter
from bridge.mapping.view import check_readable, known_names
from bridge.scim.errors import ScimError
from bridge.scim.path import Path, resolve
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute
from bridge.settings.faults import Wrong, nearest
from connectors.sdk import Reference

Pick = Callable[[Any], Any]
"""From what is stored of an attribute to what the path means of it."""


def compile_path(text: str, rt: ResourceType) -> Callable[[Source], Any]:
    """The function that reads the path from a resource; `Wrong` where there is no such attribute."""
    path = _resolve(text, rt)
    if path.attribute is None:
        raise Wrong("names a whole schema", "add the attribute, as in …:User:employeeNumber")
    name = path.attribute.name
    if path.extension is None:
        check_readable([name], rt)
    says_if_used = path.extension is None and name == "active" and rt.is_account
    pick = _says_if_used if says_if_used else _pick(path, path.attribute)
    if path.extension is None:
        return lambda source: pick(source.body.get(name))
    urn = path.extension.id
    return lambda source: pick((source.body.get(urn) or {}).get(name))


def _resolve(text: str, rt: ResourceType) -> Path:
    try:
        return resolve(text, rt)
    except ScimError as error:
        raise Wrong(error.detail, _hint(text, rt)) from None


def _hint(text: str, rt: ResourceType) -> str:
    """An expression that lacks its sign; or the name that was meant by the first part that is no name here."""
    if text.startswith(f"{rt.name.lower()}.") or any(sign in text.partition("[")[0] for sign in "(+?'"):
        return f'an expression begins with =, as in "= {text}"'
    known = known_names(rt)
    folded = {name.casefold() for name in known}
    for part in text.partition("[")[0].rpartition(":")[2].split("."):
        meant = nearest(part, known) if part.casefold() not in folded else None
        if meant:
            return f"did you mean {meant}?"
    return (
        'write a path as in userName, name.familyName or emails[type eq "work"].value; text in quotes is "= \'text\'"'
    )


def _says_if_used(value: Any) -> bool:
    return value is not False


def _pick(path: Path, attribute: Attribute) -> Pick:
    if not attribute.sub_attributes:
        return lambda value: value
    part = _part(attribute, path.sub)
    if not attribute.multi_valued:
        return lambda item: part(item) if item else None
    if path.selection is None:
        return lambda items: [part(item) for item in items or ()]
    matches = compile_item_filter(path.selection, attribute)
    return lambda items: [part(item) for item in items or () if matches(item)]


def _part(attribute: Attribute, sub: Attribute | None) -> Pick:
    """One sub-attribute of an item; without a name it is `value`."""
    wanted = sub or attribute.sub("value")
    refers_to = _refers_to(attribute)
    if wanted is None or (sub is None and not attribute.multi_valued and refers_to is None):
        parts = ", ".join(f"{attribute.name}.{s.name}" for s in attribute.sub_attributes)
        raise Wrong(f"{attribute.name} has several parts", f"name one of them: {parts}")
    name = wanted.name
    if name != "value" or refers_to is None:
        return lambda item: item.get(name)
    return lambda item: Reference(refers_to, item["value"]) if item.get("value") else None


def _refers_to(attribute: Attribute) -> str | None:
    """The type of resource that the attribute's `value` is the id of: its `$ref` says so (manager)."""
    reference = attribute.sub("$ref")
    types = reference.reference_types if reference else ()
    return next((t for t in types if t not in ("external", "uri")), None)
