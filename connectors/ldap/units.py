"""The units (organizationalUnit) between a base and its entries: made where they are missing, or told by name."""

from __future__ import annotations

from connectors.ldap import dn, errors
from connectors.ldap.directory import Directory
from connectors.ldap.dn import Dn
from connectors.ldap.driver import Add, Scope, Search
from connectors.ldap.filters import EVERYTHING
from connectors.ldap.kind import UNIT, Kind
from connectors.sdk import Refused

CLASS = b"organizationalUnit"


async def made(directory: Directory, kind: Kind, place: Dn) -> bool:
    """Make what is missing of a place below the base; whether there was something. `Refused` where we shall not."""
    missing = await _missing(directory, kind, place)
    if missing and not kind.makes_units:
        problem = f"the unit {missing[0]} that it is to stand in is not there"
        raise Refused(problem, code="noUnit", fix='make it, or write missing_units = "create"')
    for unit in missing:
        attributes = {"objectClass": (CLASS,), UNIT: (unit.rdns[0].parts[0][1].encode(),)}
        await directory.ask(Add(str(unit), attributes), errors.EXISTS)
    return bool(missing)


async def _missing(directory: Directory, kind: Kind, place: Dn) -> list[Dn]:
    """The outermost first. A base that is missing is somebody else's to make."""
    found: list[Dn] = []
    while dn.is_below(place, kind.base) and len(place.rdns) > len(kind.base.rdns):
        result = await directory.ask(Search(str(place), Scope.BASE, EVERYTHING, ("1.1",)), errors.NO_SUCH_OBJECT)
        if result.found:
            break
        found.insert(0, place)
        place = place.parent
    return found
