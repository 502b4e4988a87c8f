"""One value between the SDK and SCIM's JSON, and when two values are equal for a service. Pure.

Services trim, fold and format what they are given. What is equal by the attribute's schema is no drift: text by its
`caseExact` and without regard to spaces at its ends, dates by their instant, telephone numbers by their digits.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Any

import orjson

from bridge.scim.errors import InvalidValue
from bridge.scim.resource_types import fold
from bridge.scim.schemas import Type
from bridge.scim.values import instant, one
from connectors.scim.places import Place
from connectors.sdk import Fault, Ref, Value

_VISUAL = re.compile(r"[\s().-]|^tel:", re.IGNORECASE)
"""What tells no telephone number from another (RFC 3966 §5.1.1)."""


def to_json(place: Place, value: Value) -> Any:
    """The value as it is sent; `InvalidValue` where the attribute does not take it."""
    if isinstance(value, Ref):
        return value.id
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if place.leaf.type is Type.INTEGER and isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    return one(place.leaf, value)


def from_json(found: Any) -> Value | None:
    """The value of an answer; null and an empty text are none. What is no scalar is shown as its JSON."""
    if found is None or found == "":
        return None
    if isinstance(found, str | bool | int | float):
        return found
    return orjson.dumps(found, option=orjson.OPT_SORT_KEYS).decode()


def normalised(place: Place, values: Sequence[Value], folds: bool = False) -> frozenset[Value]:
    """The values as the service compares them; `folds`: without case, whatever the schema says."""
    plain = (_plain(place, value, folds) for value in values)
    return frozenset(value for value in plain if value != "")


def faults(place: Place, values: Sequence[Value]) -> list[Fault]:
    """What the attribute does not take."""
    found = []
    if len(values) > 1 and not place.attribute.multi_valued:
        found.append(Fault(place.text, "has several values, and holds one", "map one of them, as by = first(...)"))
    for value in values:
        try:
            to_json(place, value)
        except InvalidValue as invalid:
            found.append(Fault(place.text, invalid.detail, "map it to a value of that type"))
    return found


def _plain(place: Place, value: Value, folds: bool) -> Value:
    if isinstance(value, Ref):
        return value.id
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if not isinstance(value, str):
        return value
    return _plain_text(place, value.strip(), folds)


def _plain_text(place: Place, text: str, folds: bool) -> Value:
    type_ = place.leaf.type
    if type_ is Type.BOOLEAN and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if type_ is Type.DATETIME and (moment := instant(text)) is not None:
        return moment.isoformat()
    if type_ is Type.INTEGER and text.lstrip("-").isdecimal():
        return int(text)
    if place.top == "phoneNumbers" and place.leaf.name == "value":
        return fold(_VISUAL.sub("", text))
    exact = place.is_id or type_ is Type.BINARY or (place.leaf.case_exact and not folds)
    return text if exact else fold(text)
