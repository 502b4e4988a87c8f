"""Values that come in ranges: Active Directory gives 1,500 members of a group at once, and says so in their name.

`member;range=0-1499` is followed by `member;range=1500-*` until the name ends in `*`.
"""

from __future__ import annotations

import re

from connectors.ldap import errors
from connectors.ldap.directory import Directory
from connectors.ldap.driver import Found, Scope, Search, Values
from connectors.ldap.filters import EVERYTHING
from connectors.sdk import Conflict

_RANGE = re.compile(r"(.+);range=(\d+)-(\d+|\*)", re.IGNORECASE)


async def whole(directory: Directory, found: Found, attribute: str) -> Found:
    """The entry with all values of the attribute, under its plain name."""
    values, last = _part(found, attribute)
    if last is None:
        return found
    while last != "*":
        asked = (f"{attribute};range={int(last) + 1}-*",)
        result = await directory.ask(Search(found.dn, Scope.BASE, EVERYTHING, asked), errors.NO_SUCH_OBJECT)
        more, last = _part(result.found[0], attribute) if result.found else ((), None)
        if last is None:
            raise Conflict("a group was changed while its members were read")
        values += more
    rest = {name: held for name, held in found.attributes.items() if not _is_of(name, attribute)}
    return Found(found.dn, {**rest, attribute: values})


def _part(found: Found, attribute: str) -> tuple[Values, str | None]:
    """The values that came, and where their range ends; None where they came as a whole."""
    for name, values in found.attributes.items():
        if _is_of(name, attribute):
            matched = _RANGE.fullmatch(name)
            assert matched is not None
            return tuple(values), matched[3]
    return (), None


def _is_of(name: str, attribute: str) -> bool:
    matched = _RANGE.fullmatch(name)
    return matched is not None and matched[1].lower() == attribute.lower()
