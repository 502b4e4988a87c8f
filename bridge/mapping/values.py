"""What a rule read, as values of an entry. Pure. Nothing, null and empty text are no value; order is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.sdk import Reference, Value


class NoValue(Exception):
    """What was read can never be a value of an entry; the text says why, and holds nothing of it."""


def to_values(read: Any) -> tuple[Value, ...]:
    """The values, each once."""
    if isinstance(read, str):  # nearly all are
        return (read,) if read else ()
    found: dict[tuple[type, Value], Value] = {}
    for item in read if isinstance(read, (list, tuple)) else (read,):
        if item is not None and item != "":
            value = _value(item)
            found.setdefault((type(value), value), value)
    return tuple(found.values())


def _value(item: Any) -> Value:
    if isinstance(item, (str, bool, int, bytes, Reference)):
        return item
    if isinstance(item, float) and math.isfinite(item):
        return item
    if isinstance(item, Mapping):
        raise NoValue("gives something with several parts")
    if isinstance(item, Sequence):
        raise NoValue("gives a list within a list")
    raise NoValue(f"gives something that is no text, number or truth ({type(item).__name__})")
