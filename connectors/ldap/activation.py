"""Locking an account: by the attribute that the directory itself heeds when somebody binds.

OpenLDAP's ppolicy has `pwdAccountLockedTime`; the value below means "until an administrator unlocks it", and
nobody but the bridge or an administrator writes it. 389 Directory Server has `nsAccountLock`. Where neither is known,
there is no lock, and `on_disable = "attribute:…"` marks the account in a way that applications can look at.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.ldap import errors
from connectors.ldap.directory import Directory
from connectors.ldap.driver import Do, Mod, Modify, Scope, Search
from connectors.ldap.filters import All, Equal
from connectors.ldap.kind import Kind
from connectors.ldap.schema import Schema
from connectors.sdk import Ref, TargetMisconfigured

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


def lock_of(schema: Schema) -> Lock | None:
    """The lock that this directory knows."""
    return next((lock for lock in LOCKS if schema.attribute(lock.attribute)), None)


async def warnings(directory: Directory) -> tuple[str, ...]:
    """What stands in the way of locking."""
    lock = lock_of(directory.schema)
    if lock is None:
        return (NO_LOCK,)
    return () if lock is not LOCKS[0] or await _is_heeded(directory) else (NO_POLICY,)


async def _is_heeded(directory: Directory) -> bool:
    where = All((Equal("objectClass", b"pwdPolicy"), Equal("pwdLockout", b"TRUE")))
    for suffix in (await directory.facts()).suffixes:
        search = Search(suffix, Scope.SUBTREE, where, ("1.1",), 1)
        result = await directory.ask(search, errors.SIZE_LIMIT, errors.NO_SUCH_OBJECT, *errors.CANNOT_SEE)
        if result.found:
            return True
    return False


async def activate(directory: Directory, kind: Kind, ref: Ref, active: bool) -> None:
    """Lock or unlock. A lock of another kind (too many bad passwords) is not ours to take away."""
    lock = lock_of(directory.schema)
    if lock is None:
        raise TargetMisconfigured(NO_LOCK, code="noLock")
    values = (lock.locked,)
    mod = Mod(Do.DELETE if active else Do.REPLACE, lock.attribute, values)
    await directory.write(kind, ref, lambda place, guard: Modify(place, (mod,), guard), errors.NO_SUCH_ATTRIBUTE)
