"""Who changed an entry last, as the directory notes it (RFC 4512 section 3.4)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.ldap.directory import Directory
from connectors.ldap.driver import Found
from connectors.ldap.kind import Kind
from connectors.sdk import Changed, Ref

_BY, _AT = "modifiersName", "modifyTimestamp"
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")


async def last_change(directory: Directory, kind: Kind, ref: Ref) -> Changed | None:
    """None where there is no such entry, or our account may not see who changed it."""
    found = await directory.look(kind, ref, (_BY, _AT))
    return None if found is None else noted_in(found)


def noted_in(found: Found) -> Changed | None:
    """What an entry says of its last change."""
    held = {name.lower(): values for name, values in found.attributes.items()}
    by, at = _text(held.get(_BY.lower(), ())), _text(held.get(_AT.lower(), ()))
    if by is None and at is None:
        return None
    time = _TIME.match(at or "")
    return Changed(by, "{}-{}-{}T{}:{}:{}Z".format(*time.groups()) if time else None)


def _text(values: Sequence[bytes]) -> str | None:
    return values[0].decode("utf-8", "replace") if values else None
