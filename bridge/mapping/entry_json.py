"""An entry as JSON text and back: how a link keeps what was applied last. Pure.

What JSON has no word for is tagged: {"reference": ["User", id]}, {"ref": [kind, id, locator]}, {"bytes": base64}.
Equal entries give equal text.
"""

from __future__ import annotations

import base64
from typing import Any

import orjson

from connectors.sdk import Entry, Ref, Reference, Value


def encode(entry: Entry) -> str:
    """The entry as text: kind, attributes that have values, and its ref where it has one."""
    document: dict[str, Any] = {
        "kind": entry.kind,
        "attributes": {name: values for name, values in entry.attributes.items() if values},
    }
    if entry.ref is not None:
        document["ref"] = entry.ref
    if entry.members is not None:
        document["members"] = entry.members
    if entry.under is not None:
        document["under"] = entry.under
    return orjson.dumps(document, _tag, orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS).decode()


def decode(text: str) -> Entry:
    """The entry that `encode` wrote."""
    document = orjson.loads(text)
    attributes = {name: tuple(_value(v) for v in values) for name, values in document["attributes"].items()}
    ref = _value(document["ref"]) if "ref" in document else None
    members = tuple(document["members"]) if "members" in document else None
    assert ref is None or isinstance(ref, Ref)
    under = document.get("under")
    return Entry(document["kind"], attributes, ref, members, tuple(under) if isinstance(under, list) else under)


def _tag(value: object) -> dict[str, Any]:
    match value:
        case Reference(type, id):
            return {"reference": [type, id]}
        case Ref(kind, id, locator):
            return {"ref": [kind, id, locator]}
        case bytes():
            return {"bytes": base64.b64encode(value).decode()}
        case _:
            raise TypeError("is no value of an entry")


def _value(written: Any) -> Value:
    match written:
        case {"reference": [str(type), str(id)]}:
            return Reference(type, id)
        case {"ref": [str(kind), str(id), str(locator)]}:
            return Ref(kind, id, locator)
        case {"bytes": str(text)}:
            return base64.b64decode(text)
        case str() | bool() | int() | float():
            return written
        case _:
            raise ValueError("is not a value of an entry")
