"""What a directory is, measured on it: who answers, what it can do, whether our bases are there, what its schema is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from connectors.ldap import activation, checking, dn, errors
from connectors.ldap.directory import Directory
from connectors.ldap.dn import Dn
from connectors.ldap.driver import Scope, Search, StartAfresh
from connectors.ldap.facts import Facts, Product
from connectors.ldap.filters import Equal
from connectors.ldap.kind import Kind
from connectors.ldap.passwords import Passwords
from connectors.ldap.reading import base_id
from connectors.ldap.reading_schema import read_schema
from connectors.ldap.requests import ASSERTION
from connectors.sdk import Capability, Probe, TargetMisconfigured

MOST_GUARDED = 1000

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
        untouchable=await _guarded(directory, kinds.values()),
        facts=_strategy(directory, kinds.values()),
        creates_locked=frozenset(name for name, kind in kinds.items() if activation.creates_locked(directory, kind)),
        warnings=(
            *_warnings(directory, facts, kinds.values()),
            *[each for kind in kinds.values() for place in kind.places if (each := await _no_place(directory, place))],
            *await activation.warnings(directory),
        ),
    )


async def _guarded(directory: Directory, kinds: Iterable[Kind]) -> tuple[str, ...]:
    """Active Directory's own privileged accounts and groups that stand below our bases: never written."""
    if directory.product is not Product.ACTIVE_DIRECTORY:
        return ()
    found = set[str]()
    for base in dict.fromkeys(str(kind.base) for kind in kinds):
        search = Search(base, Scope.SUBTREE, Equal("adminCount", b"1"), ("1.1",), MOST_GUARDED)
        result = await directory.ask(search, errors.SIZE_LIMIT, errors.NO_SUCH_OBJECT)
        found |= {dn.folded(entry.dn) for entry in result.found}
    return tuple(sorted(found))


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


def _strategy(directory: Directory, kinds: Iterable[Kind]) -> dict[str, str]:
    """What follows from all that was seen, in words."""
    facts = directory.known or Facts()
    members = dict.fromkeys(name for kind in kinds for name in kind.members)
    return {
        "known by": facts.id_attribute,
        "writes": _writes(facts),
        "places": "are looked at many by one search" if directory.looks.together else "are looked at one by one",
        "disable": activation.means(directory),
        **({"members": " and ".join(members)} if members else {}),
    }


def _writes(facts: Facts) -> str:
    if facts.address("x") is not None:
        return "addressed to the entry's id"
    return "only if the entry is still the same one" if ASSERTION in facts.controls else "after a look at the entry"


def _capabilities(directory: Directory, kinds: Mapping[str, Kind], passwords: Passwords) -> frozenset[Capability]:
    can = {
        Capability.MEMBERS: any(kind.members for kind in kinds.values()),
        Capability.ACTIVATION: activation.can_lock(directory),
        Capability.PASSWORD: passwords.can(directory.known or Facts()),
        Capability.EVERYTHING: True,
    }
    return frozenset(capability for capability, has in can.items() if has)


def _warnings(directory: Directory, facts: Facts, kinds: Iterable[Kind]) -> Iterator[str]:
    if ASSERTION not in facts.controls and facts.product is not Product.ACTIVE_DIRECTORY:
        yield NO_ASSERTION
    if not directory.schema.attributes:
        yield NO_SCHEMA
    for kind in kinds:
        yield from checking.faults_of_classes(directory.schema, kind)
