"""Attribute paths (RFC 7644 §3.10 and the PATCH path of §3.5.2): text → where in a resource type it leads.

    userName · name.familyName · emails[type eq "work"] · emails[type eq "work"].value
    urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value · the URN of an extension alone

A URN may be parted from its attribute by a dot too, as Entra ID sends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bridge.scim.errors import InvalidPath, ScimError
from bridge.scim.filter import Tree
from bridge.scim.filter_text import parse
from bridge.scim.resource_types import ResourceType
from bridge.scim.schemas import Attribute, Schema

LONGEST = 4096
KEPT = 512
"""Paths that are kept resolved: a client asks by the same few again and again."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where a path leads. `extension` is None for a core attribute; `attribute` is None for a whole extension."""

    extension: Schema | None
    attribute: Attribute | None
    sub: Attribute | None = None
    selection: Tree | None = None

    @property
    def leaf(self) -> Attribute | None:
        """What the path leads to at last."""
        return self.sub or self.attribute


@lru_cache(KEPT)
def resolve(text: str, resource_type: ResourceType) -> Path:
    """Where the path leads; `InvalidPath` where it leads nowhere, `InvalidFilter` where its selection is not one."""
    if len(text) > LONGEST:
        raise InvalidPath("the path is too long")
    head, selection, tail = _cut(text.strip())
    extension, name = _schema_and_name(head, resource_type)
    if not name and extension and selection is None:
        return Path(extension, None)
    name, dot, sub_name = name.partition(".")
    attribute = extension.find(name) if extension else resource_type.find(name)
    if attribute is None:
        raise InvalidPath(f"there is no attribute {_shown(head)}")
    if tail and (dot or not tail.startswith(".")):
        raise InvalidPath(f"{_shown(text)} is not a path")
    sub = _sub(attribute, sub_name or tail[1:]) if dot or tail else None
    if selection is None:
        return Path(extension, attribute, sub)
    return Path(extension, attribute, sub, _selection(selection, attribute, bool(dot)))


def _selection(text: str, attribute: Attribute, too_late: bool) -> Tree:
    if too_late or not attribute.multi_valued:
        raise InvalidPath(f"{attribute.name} has no values to select from")
    return parse(text)


def _sub(attribute: Attribute, name: str) -> Attribute:
    found = attribute.sub(name)
    if found is None:
        raise InvalidPath(f"{attribute.name} has no sub-attribute {_shown(name)}")
    return found


def _cut(text: str) -> tuple[str, str | None, str]:
    """Before the brackets, between them, after them."""
    head, bracket, rest = text.partition("[")
    if not bracket:
        return head, None, ""
    end = _closing(rest)
    if end < 0:
        raise InvalidPath("a bracket is not closed")
    return head, rest[:end], rest[end + 1 :]


def _closing(rest: str) -> int:
    """Where the bracket closes; brackets within a string do not count."""
    quoted = escaped = False
    for at, character in enumerate(rest):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = quoted
        elif character == '"':
            quoted = not quoted
        elif character == "]" and not quoted:
            return at
    return -1


def _schema_and_name(head: str, resource_type: ResourceType) -> tuple[Schema | None, str]:
    """Part a URN from the attribute behind it; the core schema's URN leads to core attributes."""
    if not head.lower().startswith("urn:"):
        return None, head
    schema = resource_type.schema_of(head)
    if schema is not None:
        if schema is resource_type.schema:
            raise InvalidPath("the URN of the core schema names no attribute")
        return schema, ""
    for urn in sorted(resource_type.by_urn, key=len, reverse=True):
        if head.lower().startswith((urn + ":", urn + ".")) and len(head) > len(urn) + 1:
            known = resource_type.by_urn[urn]
            return (None if known is resource_type.schema else known), head[len(urn) + 1 :]
    raise InvalidPath(f"there is no schema {_shown(head)} here")


def _shown(text: str) -> str:
    return repr(text[:80])


__all__ = ["Path", "ScimError", "resolve"]
