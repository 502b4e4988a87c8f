"""Locking an account: by the attribute that the directory itself heeds when somebody binds.

OpenLDAP's ppolicy has `pwdAccountLockedTime`; the value below means "until an administrator unlocks it", and
nobody but the bridge or an administrator writes it. 389 Directory Server has `nsAccountLock`. Active Directory has a
bit of `userAccountControl`, whose other bits are not ours. Where none is known, there is no lock, and
`on_disable = "attribute:…"` marks the account in a way that applications can look at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.ldap import errors
from connectors.ldap.directory import Directory
from connectors.ldap.driver import Do, Mod, Modify, Scope, Search, Values
from connectors.ldap.facts import Product
from connectors.ldap.filters import All, Equal
from connectors.ldap.kind import Kind
from connectors.ldap.schema import Schema
from connectors.sdk import Conflict, Gone, Ref, Refused, TargetMisconfigured

NO_LOCK = (
    "this directory has no way to lock an account that we know; load its password policy (OpenLDAP: the ppolicy "
    'overlay), or write on_disable = "attribute:NAME=OFF|ON" to mark disabled accounts'
)
NO_POLICY = (
    "no password policy with pwdLockout TRUE is to be seen, and without one a locked account can still bind; set such "
    "a policy as the default of the ppolicy overlay, or let the bind account read it"
)


@dataclass(frozen=True, slots=True)
class Lock:
    """The attribute, and the value that locks."""

    attribute: str
    locked: bytes


LOCKS = (Lock("pwdAccountLockedTime", b"000001010000Z"), Lock("nsAccountLock", b"true"))

CONTROL = "userAccountControl"
NORMAL, DISABLED = 0x200, 0x2


def can_lock(directory: Directory) -> bool:
    """Whether this directory knows a lock."""
    if directory.product is Product.ACTIVE_DIRECTORY:
        return directory.schema.attribute(CONTROL) is not None
    return lock_of(directory.schema) is not None


def means(directory: Directory) -> str:
    """What locks an account here, for a person."""
    if not can_lock(directory):
        return "nothing that we know"
    if directory.product is Product.ACTIVE_DIRECTORY:
        return f"a bit of {CONTROL}"
    lock = lock_of(directory.schema)
    return lock.attribute if lock else ""


def lock_of(schema: Schema) -> Lock | None:
    """The lock that this directory knows, as a value of an attribute."""
    return next((lock for lock in LOCKS if schema.attribute(lock.attribute)), None)


async def warnings(directory: Directory) -> tuple[str, ...]:
    """What stands in the way of locking."""
    if not can_lock(directory):
        return (NO_LOCK,)
    is_ppolicy = directory.product is not Product.ACTIVE_DIRECTORY and lock_of(directory.schema) is LOCKS[0]
    return () if not is_ppolicy or await _is_heeded(directory) else (NO_POLICY,)


async def _is_heeded(directory: Directory) -> bool:
    where = All((Equal("objectClass", b"pwdPolicy"), Equal("pwdLockout", b"TRUE")))
    for suffix in (await directory.facts()).suffixes:
        search = Search(suffix, Scope.SUBTREE, where, ("1.1",), 1)
        result = await directory.ask(search, errors.SIZE_LIMIT, errors.NO_SUCH_OBJECT, *errors.CANNOT_SEE)
        if result.found:
            return True
    return False


def creates_locked(directory: Directory, kind: Kind) -> bool:
    """Whether entries of this kind are accounts that begin locked."""
    if directory.product is not Product.ACTIVE_DIRECTORY:
        return False
    return CONTROL.lower() in directory.schema.allowed(kind.object_classes)


def of_a_new_account(directory: Directory, kind: Kind, attributes: Mapping[str, Values]) -> dict[str, Values]:
    """What makes a new account of Active Directory a disabled one that nobody enters without a password."""
    if not creates_locked(directory, kind) or CONTROL.lower() in {name.lower() for name in attributes}:
        return {}
    return {CONTROL: (str(NORMAL | DISABLED).encode(),)}


async def activate(directory: Directory, kind: Kind, ref: Ref, active: bool) -> None:
    """Lock or unlock. A lock of another kind (too many bad passwords) is not ours to take away."""
    if directory.product is Product.ACTIVE_DIRECTORY:
        await _set_bit(directory, kind, ref, active)
        return
    lock = lock_of(directory.schema)
    if lock is None:
        raise TargetMisconfigured(NO_LOCK, code="noLock")
    values = (lock.locked,)
    mod = Mod(Do.DELETE if active else Do.REPLACE, lock.attribute, values)
    await directory.write(kind, ref, lambda place, guard: Modify(place, (mod,), guard), errors.NO_SUCH_ATTRIBUTE)


async def _set_bit(directory: Directory, kind: Kind, ref: Ref, active: bool) -> None:
    """From the value that was read to the same with our bit as it should be; if it is another by then, do nothing."""
    found = await directory.look(kind, ref, (CONTROL,))
    if found is None:
        raise Gone("there is no such entry", code="noSuchObject")
    held = next((values[0] for name, values in found.attributes.items() if name.lower() == CONTROL.lower()), b"")
    now = int(held or NORMAL)
    wanted = now & ~DISABLED if active else now | DISABLED
    if wanted == now:
        return
    mods = (Mod(Do.DELETE, CONTROL, (held,)), Mod(Do.ADD, CONTROL, (str(wanted).encode(),)))
    fine = (errors.NO_SUCH_ATTRIBUTE, errors.UNWILLING)
    result, _ = await directory.write(kind, ref, lambda place, guard: Modify(place, mods, guard), *fine)
    if result.code == errors.UNWILLING:
        raise Refused(
            f"the account is not enabled ({result.diagnostic or errors.name_of(result.code)}): mostly it has no "
            "password that the domain's policy takes",
            code="notEnabled",
            attribute=CONTROL,
            fix="send a password for this user, with password = true at this target",
        )
    if result.code:
        raise Conflict("the account's flags were changed while they were written", code=errors.name_of(result.code))
