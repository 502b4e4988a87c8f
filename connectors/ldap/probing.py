"""What a directory is, measured on it: who answers, what it can do, whether our bases are there, what its schema is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from connectors.ldap import activation, checking, errors, schema
from connectors.ldap.directory import Directory, Facts
from connectors.ldap.dn import Dn
from connectors.ldap.driver import Scope, Search, StartAfresh
from connectors.ldap.filters import Equal
from connectors.ldap.kind import Kind
from connectors.ldap.passwords import Passwords
from connectors.ldap.reading import base_id
from connectors.ldap.requests import ASSERTION
from connectors.sdk import Capability, Probe, TargetMisconfigured

NO_ASSERTION = (
    "the directory has no assertion control (RFC 4528): before each write the entry is looked at, which costs one more "
    "operation; keep others from renaming entries while the bridge writes"
)
NO_SCHEMA = "the bind account cannot read the schema; let it read the subschema entry, or faults show only when written"


async def probe(directory: Directory, kinds: Mapping[str, Kind], passwords: Passwords) -> Probe:
    """Look at everything anew."""
    await directory.ask(StartAfresh())
    directory.known = facts = await directory.read_facts()
    directory.schema = await read_schema(directory, facts)
    ids = {name: await _base(directory, kind) for name, kind in kinds.items()}
    directory.looks.together = all([await directory.looks.can_look_together(str(k.base)) for k in kinds.values()])
    return Probe(
        server=facts.server,
        capabilities=_capabilities(directory, kinds, passwords),
        identity=next((ids[name] for name in ("users", "groups", *ids) if ids.get(name)), None),
        limits={"name_bytes": directory.longest_name} if directory.longest_name else {},
        warnings=(
            *_warnings(directory, facts, kinds.values()),
            *[each for kind in kinds.values() for place in kind.places if (each := await _no_place(directory, place))],
            *await activation.warnings(directory),
        ),
    )


async def read_schema(directory: Directory, facts: Facts) -> schema.Schema:
    """The schema that the root names; empty where it may not be read."""
    if not facts.subschema:
        return schema.Schema()
    where = Equal("objectClass", b"subschema")
    search = Search(facts.subschema, Scope.BASE, where, ("attributeTypes", "objectClasses"))
    result = await directory.ask(search, errors.NO_SUCH_OBJECT, *errors.CANNOT_SEE)
    if not result.found:
        return schema.Schema()
    said = {name.lower(): values for name, values in result.found[0].attributes.items()}
    types, classes = (map(_text, said.get(name, ())) for name in ("attributetypes", "objectclasses"))
    return schema.parse(types, classes)


async def _base(directory: Directory, kind: Kind) -> str:
    found = await base_id(directory, kind.base)
    if found is None:
        raise TargetMisconfigured(
            f"the base of {kind.name}, {kind.base}, is not there or the bind account may not see it; make it, or give "
            "the account read and write access below it",
            code="noSuchObject",
        )
    return found


async def _no_place(directory: Directory, place: Dn) -> str | None:
    if await base_id(directory, place) is None:
        return f"{place}, where leavers are to be moved, is not there or the bind account may not see it; make it"
    return None


def _capabilities(directory: Directory, kinds: Mapping[str, Kind], passwords: Passwords) -> frozenset[Capability]:
    can = {
        Capability.MEMBERS: any(kind.members for kind in kinds.values()),
        Capability.ACTIVATION: activation.lock_of(directory.schema) is not None,
        Capability.PASSWORD: passwords.can(directory.known or Facts()),
        Capability.EVERYTHING: True,
    }
    return frozenset(capability for capability, has in can.items() if has)


def _warnings(directory: Directory, facts: Facts, kinds: Iterable[Kind]) -> Iterator[str]:
    if ASSERTION not in facts.controls:
        yield NO_ASSERTION
    if not directory.schema.attributes:
        yield NO_SCHEMA
    for kind in kinds:
        yield from checking.faults_of_classes(directory.schema, kind)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
