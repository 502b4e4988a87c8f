"""What an expression sees of a resource: every attribute of the schema exists, absent is null or an empty list.

    user.title                          null where absent
    user.name.familyName                null where absent, also where the whole name is
    user.emails                         a list; every item has every sub-attribute
    user["urn:…:enterprise:2.0:User"].employeeNumber
    user.active                         true where the client said nothing

Handing a whole resource to the engine costs ten times what an expression costs, so only the attributes that the
expressions name are handed in. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bridge.mapping.rules import Body
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute
from bridge.settings.faults import Wrong

Fill = Callable[[Any], Any]
View = Callable[[Body], dict[str, Any]]

HIDDEN = {
    "password": ("passwords cannot be mapped", "leave the line out: they never pass through an entry"),
    "groups": ("is not built yet: mapping the groups of a user", "deliver groups with their members"),
    "members": ("members cannot be mapped", "they are delivered one by one, as the target's connector keeps them"),
}
"""What no rule may read: secrets, and what is kept and delivered as memberships, where a type has that."""

_STRING = r'"([^"\\]*)"|\'([^\'\\]*)\''


def compile_view(texts: Iterable[str], variable: str, rt: ResourceType) -> View:
    """The function that makes the view of a resource, as far as these expressions need it."""
    fills = _fills(rt)
    uses = [named(text, variable) for text in texts]
    whole = any(takes_all for _, takes_all in uses)
    chosen = [(name, fill) for name, fill in fills.items() if whole or any(name in names for names, _ in uses)]
    return lambda body: {name: fill(body.get(name)) for name, fill in chosen}


def check_readable(names: Iterable[str], rt: ResourceType) -> None:
    """Refuse what no rule may read of the type's own attributes."""
    for name in names:
        if is_hidden(name, rt):
            raise Wrong(*HIDDEN[name.casefold()])


def is_hidden(name: str, rt: ResourceType) -> bool:
    """A type of a config may have members or groups of its own: attributes as any other."""
    return name.casefold() in ("password", *rt.related)


def known_names(rt: ResourceType) -> set[str]:
    """Every name that may stand in a rule: attributes and sub-attributes."""
    tops = [*_attributes(rt).values(), *(a for e in rt.extensions for a in e.schema.attributes)]
    subs = {sub.name for attribute in tops for sub in attribute.sub_attributes}
    return subs | {attribute.name for attribute in tops} | {e.schema.id for e in rt.extensions}


def named(text: str, variable: str) -> tuple[set[str], bool]:
    """The attributes that an expression names, and whether it takes the resource as a whole too."""
    word = re.escape(variable)
    uses = len(re.findall(rf"\b{word}\b", text))
    dotted = re.findall(rf"\b{word}\s*\.\s*(\w+)", text)
    keyed = [a or b for a, b in re.findall(rf"\b{word}\s*\[\s*(?:{_STRING})\s*\]", text)]
    return {*dotted, *keyed}, uses > len(dotted) + len(keyed)


def _attributes(rt: ResourceType) -> dict[str, Attribute]:
    return {a.name: a for a in rt.names.values() if not is_hidden(a.name, rt) and a.name != "schemas"}


def _fills(rt: ResourceType) -> dict[str, Fill]:
    fills = {name: _fill(attribute) for name, attribute in _attributes(rt).items()}
    if rt.is_account:
        fills["active"] = _active
    return fills | {e.schema.id: _extension(e.schema.attributes) for e in rt.extensions}


def _fill(attribute: Attribute) -> Fill:
    one = _parts(tuple(sub.name for sub in attribute.sub_attributes)) if attribute.sub_attributes else _same
    if not attribute.multi_valued:
        return one
    return lambda values: [one(value) for value in values or ()]


def _same(value: Any) -> Any:
    return value


def _active(value: Any) -> bool:
    return value is not False


def _parts(names: tuple[str, ...]) -> Fill:
    absent = dict.fromkeys(names)
    return lambda value: {**absent, **value} if isinstance(value, Mapping) else dict(absent)


def _extension(attributes: Iterable[Attribute]) -> Fill:
    fills = {attribute.name: _fill(attribute) for attribute in attributes}
    return lambda value: {name: fill((value or {}).get(name)) for name, fill in fills.items()}
