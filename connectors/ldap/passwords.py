"""An account's password: by the operation that RFC 3062 has for it, or into an attribute that the directory hashes.

The operation is the default, for OpenLDAP keeps what is written to `userPassword` as it came. It knows no condition
such as the assertion control, so the entry is looked up by its id right before. Whoever is locked gets none: OpenLDAP's
ppolicy takes the lock away with a new password, and a leaver could log in.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.ldap import errors
from connectors.ldap.activation import LOCKS
from connectors.ldap.directory import Directory, Facts
from connectors.ldap.driver import Do, Found, Mod, Modify, Result, SetPassword
from connectors.ldap.kind import Kind
from connectors.ldap.requests import SET_BY_RFC_3062
from connectors.sdk import IN_HISTORY, ConnectorError, Gone, Ref, Refused

LOCK = LOCKS[0]
_ALREADY, _BEFORE = "not being changed from existing value", "in history"
_WRITE_IT = "write password_attribute, if the directory hashes what is written there"
_REFUSALS = {
    2: _WRITE_IT,
    8: "use ldaps:// or start_tls = true",
    13: "use ldaps:// or start_tls = true",
    19: "choose another password in the identity provider",
    50: "let the bind account write userPassword below the base of users, without the old password",
}
"""What concerns this password or all passwords, and never the target as a whole; with what helps."""


@dataclass(frozen=True, slots=True)
class Passwords:
    """Sets passwords in one directory. `attribute`: where they are written; None: by the operation."""

    directory: Directory
    attribute: str | None = None

    def can(self, facts: Facts) -> bool:
        """Whether this directory takes them."""
        return self.attribute is not None or SET_BY_RFC_3062 in facts.extensions

    async def set(self, kind: Kind, ref: Ref, password: str) -> None:
        """Make it the account's password; the one that it has is success."""
        if not password:
            raise Refused("an empty password was not sent", code="empty")  # RFC 3062 would have one made up
        if not self.can(await self.directory.facts()):
            raise Refused(
                "the directory has no operation to set passwords (RFC 3062)", code="noOperation", fix=_WRITE_IT
            )
        found = await self._unlocked(kind, ref)
        if self.attribute is not None:
            result = await self._write(kind, ref, self.attribute, password.encode())
        else:
            result = await self._ask(found, password.encode())
        if result.code and not (result.code == 19 and _ALREADY in result.diagnostic):
            raise _refusal(result, password.encode())

    async def _unlocked(self, kind: Kind, ref: Ref) -> Found:
        """The entry where it is now."""
        found = await self.directory.look(kind, ref, (LOCK.attribute,))
        if found is None:
            raise Gone("there is no such entry", code="noSuchObject")
        held = {name.lower(): values for name, values in found.attributes.items()}
        if LOCK.locked in held.get(LOCK.attribute.lower(), ()):
            problem = "the account is locked, and a new password would unlock it"
            raise Refused(problem, code="locked", fix="it is tried again when the account is enabled")
        return found

    async def _ask(self, found: Found, password: bytes) -> Result:
        return await self.directory.ask(SetPassword(found.dn, password), *_REFUSALS)

    async def _write(self, kind: Kind, ref: Ref, attribute: str, password: bytes) -> Result:
        mod = Mod(Do.REPLACE, attribute, (password,))
        result, _ = await self.directory.write(kind, ref, lambda place, guard: Modify(place, (mod,), guard), *_REFUSALS)
        return result


def _refusal(result: Result, password: bytes) -> ConnectorError:
    meant = errors.error_of(result, [password])
    code = IN_HISTORY if result.code == 19 and _BEFORE in result.diagnostic else meant.code
    return Refused(meant.message, code=code, attribute="password", fix=_REFUSALS[result.code])
