"""The schema as it is read from a directory: the subschema entry, and what Active Directory keeps elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count

from connectors.ldap import errors, schema
from connectors.ldap.directory import Directory
from connectors.ldap.driver import EndRead, ReadPage, Scope, Search
from connectors.ldap.facts import Facts, Product
from connectors.ldap.filters import All, Equal, Present

PAGE = 500
DEFAULTED = frozenset(("objectcategory", "ntsecuritydescriptor", "grouptype", "samaccountname"))
"""What Active Directory's classes demand and the directory fills in."""

_reads = count(-1, -1)  # beside those of `reading`, which count up


async def read_schema(directory: Directory, facts: Facts) -> schema.Schema:
    """The schema that the root names; empty where it may not be read."""
    if not facts.subschema:
        return schema.Schema()
    where = Equal("objectClass", b"subschema")
    search = Search(facts.subschema, Scope.BASE, where, ("attributeTypes", "objectClasses", "dITContentRules"))
    result = await directory.ask(search, errors.NO_SUCH_OBJECT, *errors.CANNOT_SEE)
    if not result.found:
        return schema.Schema()
    said = {name.lower(): values for name, values in result.found[0].attributes.items()}
    parts = (map(_text, said.get(name, ())) for name in ("attributetypes", "objectclasses", "ditcontentrules"))
    parsed = schema.parse(*parts)
    if facts.product is not Product.ACTIVE_DIRECTORY:
        return parsed
    return _with_lengths(replace(parsed, defaulted=DEFAULTED), await _lengths(directory, facts))


async def _lengths(directory: Directory, facts: Facts) -> Mapping[str, int]:
    """How long the text of an attribute may be: `rangeUpper`, which the subschema entry leaves out."""
    where = All((Equal("objectClass", b"attributeSchema"), Present("rangeUpper"), Equal("oMSyntax", b"64")))
    search = Search(facts.schema_base, Scope.ONE, where, ("lDAPDisplayName", "rangeUpper"))
    read, cookie, found = next(_reads), b"", {}
    try:
        while True:
            page = await directory.ask(ReadPage(read, search, PAGE, cookie), *errors.CANNOT_SEE)
            for entry in page.found:
                said = {name.lower(): values for name, values in entry.attributes.items()}
                found[_text(said["ldapdisplayname"][0]).lower()] = int(said["rangeupper"][0])
            cookie = page.cookie
            if not cookie:
                return found
    finally:
        directory.driver.tell(EndRead(read))


def _with_lengths(known: schema.Schema, lengths: Mapping[str, int]) -> schema.Schema:
    attributes = {
        name: replace(kind, longest=lengths[kind.names[0].lower()]) if kind.names[0].lower() in lengths else kind
        for name, kind in known.attributes.items()
    }
    return replace(known, attributes=attributes)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
