"""What is wrong with a customer's schema JSON (RFC 7643 §7): every flaw at once, each with its place and its remedy.

Not here: what is wrong with a resource type that uses the schema; that is `declared.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from bridge.scim.resource_types import COMMON
from bridge.scim.schemas import Mutability, Returned, Type

URN = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]*:[\w:.-]*\w", re.ASCII | re.IGNORECASE)
NAME = re.compile(r"[A-Za-z][\w-]*|\$ref", re.ASCII)
MOST_ATTRIBUTES = 500


class Uniqueness(StrEnum):
    NONE = "none"
    SERVER = "server"
    GLOBAL = "global"


_SCHEMA = ("schemas", "id", "name", "description", "attributes", "meta")
_WORDS: dict[str, type[StrEnum]] = {
    "type": Type,
    "mutability": Mutability,
    "returned": Returned,
    "uniqueness": Uniqueness,
}
_FLAGS = ("multiValued", "required", "caseExact")
_LISTS = ("canonicalValues", "referenceTypes")
_ATTRIBUTE = ("name", "description", "subAttributes", *_WORDS, *_FLAGS, *_LISTS)
_COMMON = {attribute.name.lower() for attribute in COMMON}


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing to mend: `place` is within the JSON; empty where all of it is meant."""

    place: str
    value: object
    problem: str
    remedy: str


def schema_flaws(raw: object) -> Iterator[Flaw]:
    """The flaws of a schema; none where it can be loaded."""
    if not isinstance(raw, dict):
        yield Flaw("", None, "is not a schema", "write one JSON object: id, name, description, attributes")
        return
    yield from _unknown_keys(raw, "", _SCHEMA)
    id_ = raw.get("id")
    if not isinstance(id_, str) or not URN.fullmatch(id_):
        remedy = 'write a URN of your own, as in "urn:example:params:scim:schemas:1.0:Device"'
        yield Flaw("id", id_, "is not the URN of a schema" if "id" in raw else "is missing", remedy)
    yield from _texts(raw, "", ("name", "description"))
    yield from _attributes(raw.get("attributes"), "attributes", inner=False)


def _attributes(raw: object, place: str, *, inner: bool) -> Iterator[Flaw]:
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_ATTRIBUTES:
        remedy = f"write a list of one to {MOST_ATTRIBUTES} attributes"
        yield Flaw(place, None, "is missing" if raw is None else "is not a list of attributes", remedy)
        return
    seen: set[str] = set()
    for number, each in enumerate(raw):
        at = f"{place}[{number}]"
        if not isinstance(each, dict):
            yield Flaw(at, each, "is not an attribute", "write an object with name, type, multiValued, …")
            continue
        yield from _name(each.get("name"), f"{at}.name", seen, inner)
        yield from _unknown_keys(each, at, _ATTRIBUTE)
        yield from _characteristics(each, at)
        yield from _together(each, at, inner)


def _name(name: object, place: str, seen: set[str], inner: bool) -> Iterator[Flaw]:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        problem = "is missing" if name is None else "is not the name of an attribute"
        yield Flaw(place, name, problem, "a letter first, then letters, digits, - and _ (RFC 7643 §2.1)")
        return
    if not inner and name.lower() in _COMMON:
        yield Flaw(place, name, "is an attribute that every resource has", "leave it out (RFC 7643 §3.1)")
    if name.lower() in seen:
        yield Flaw(place, name, "is there twice; upper and lower case do not differ", "give each a name of its own")
    seen.add(name.lower())


def _unknown_keys(raw: dict[str, Any], place: str, known: tuple[str, ...]) -> Iterator[Flaw]:
    for key, value in raw.items():
        at = _at(place, key)
        if key not in known:
            meant = get_close_matches(key, [name for name in known if name not in raw], n=1)
            remedy = f"did you mean {meant[0]}?" if meant else f"known here: {', '.join(known)}"
            yield Flaw(at, None, "is not a key that is known here", remedy)
        elif value is None:
            yield Flaw(at, None, "is null", "leave it out, or give it a value")


def _texts(raw: dict[str, Any], place: str, keys: tuple[str, ...]) -> Iterator[Flaw]:
    for key in keys:
        if not isinstance(raw.get(key, ""), str | None):
            yield Flaw(_at(place, key), raw[key], "must be text", "put it in quotes")


def _characteristics(raw: dict[str, Any], at: str) -> Iterator[Flaw]:
    """Each characteristic by itself; one that is null was told already."""
    yield from _texts(raw, at, ("description",))
    if "type" not in raw:
        yield Flaw(f"{at}.type", None, "is missing", f"write one of {', '.join(Type)}")
    for key, words in _WORDS.items():
        if raw.get(key) is not None and raw[key] not in tuple(words):
            yield Flaw(f"{at}.{key}", raw[key], "is not one of the words known here", f"known: {', '.join(words)}")
    for key in _FLAGS:
        if not isinstance(raw.get(key), bool | None):
            yield Flaw(f"{at}.{key}", raw[key], "must be true or false", "write it without quotes")
    for key in _LISTS:
        listed = raw.get(key)
        if listed is not None and not (isinstance(listed, list) and all(isinstance(each, str) for each in listed)):
            yield Flaw(f"{at}.{key}", None, "must be a list of texts", 'write it as ["a", "b"]')


def _together(raw: dict[str, Any], at: str, inner: bool) -> Iterator[Flaw]:
    """What characteristics say together."""
    type_, subs = raw.get("type"), raw.get("subAttributes")
    if type_ == Type.COMPLEX and inner:
        yield Flaw(f"{at}.type", type_, "a complex attribute cannot hold another (RFC 7643 §2.3.8)", "flatten it")
    elif type_ == Type.COMPLEX:
        yield from _attributes(subs, f"{at}.subAttributes", inner=True)
    elif subs is not None:
        yield Flaw(f"{at}.subAttributes", None, f"belongs to complex attributes alone, and this is {type_}", "drop it")
    if "referenceTypes" in raw and type_ != Type.REFERENCE:
        yield Flaw(f"{at}.referenceTypes", None, f"belongs to references alone, and this is {type_}", "drop it")
    if raw.get("mutability") == Mutability.WRITE_ONLY and raw.get("returned", "never") != Returned.NEVER:
        yield Flaw(f"{at}.returned", raw["returned"], "is written only, and never shown", 'write "never"')


def _at(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
