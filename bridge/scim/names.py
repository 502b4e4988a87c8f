"""Names are compared without case (RFC 7643 §2.1), so two in one object that differ by case alone are one name twice.

Two readers of `userName` and `USERNAME` would see two things: it is refused, as a name that stands twice is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bridge.scim.errors import InvalidSyntax


def folded(value: Mapping[str, Any]) -> dict[str, Any]:
    """The object by its folded names."""
    found = {name.lower(): each for name, each in value.items()}
    if len(found) != len(value):
        raise _twice(_twin(value))
    return found


def _twin(names: Iterable[str]) -> str:
    """The first name that was there before."""
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            break
        seen.add(name.lower())
    return name


def refuse_twins(names: Iterable[str], name: str) -> None:
    """Refuse the object where this name stands twice."""
    if sum(each.lower() == name.lower() for each in names) > 1:
        raise _twice(name)


def _twice(name: str) -> InvalidSyntax:
    return InvalidSyntax(f"{name[:80]} is there twice; upper and lower case do not tell names apart")
