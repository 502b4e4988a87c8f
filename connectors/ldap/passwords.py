"""An account's password: by the operation that RFC 3062 has for it, or into an attribute that the directory hashes.

Active Directory has an attribute of its own, `unicodePwd`, and takes it over TLS alone. Elsewhere the operation is the
default, for OpenLDAP keeps what is written to `userPassword` as it came. It knows no condition
such as the assertion control, so the entry is looked up by its id right before. Whoever is locked gets none: OpenLDAP's
ppolicy takes the lock away with a new password, and a leaver could log in.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.ldap import errors
from connectors.ldap.activation import LOCKS
from connectors.ldap.directory import Directory
from connectors.ldap.driver import Do, Found, Mod, Modify, Result, SetPassword
from connectors.ldap.facts import Facts, Product
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
    53: "choose another password in the identity provider: the domain's policy has the last word",
}
"""What concerns this password or all passwords, and never the target as a whole; with what helps."""
_EVERYWHERE = tuple(code for code in _REFUSALS if code != 53)
"""Unwilling is said of a password by Active Directory alone."""
UNICODE = "unicodePwd"


@dataclass(frozen=True, slots=True)
class Passwords:
    """Sets passwords in one directory. `attribute`: where they are written; None: as the directory has it.

    `encrypted`: nobody on the way can read what is sent.
    """

    directory: Directory
    attribute: str | None = None
    encrypted: bool = True

    def can(self, facts: Facts) -> bool:
        """Whether this directory takes them."""
        if facts.product is Product.ACTIVE_DIRECTORY:
            return self.encrypted
        return self.attribute is not None or SET_BY_RFC_3062 in facts.extensions

    async def set(self, kind: Kind, ref: Ref, password: str) -> None:
        """Make it the account's password; the one that it has is success."""
        if not password:
            raise Refused("an empty password was not sent", code="empty")  # RFC 3062 would have one made up
        facts = await self.directory.facts()
        if not self.can(facts):
            raise _cannot(facts)
        if facts.product is Product.ACTIVE_DIRECTORY:
            result, sent = await self._write(kind, ref, UNICODE, quoted := _quoted(password), 53), quoted
        elif self.attribute is not None:
            await self._unlocked(kind, ref)
            result, sent = await self._write(kind, ref, self.attribute, password.encode()), password.encode()
        else:
            result, sent = await self._ask(await self._unlocked(kind, ref), password.encode()), password.encode()
        if result.code and not (result.code == 19 and _ALREADY in result.diagnostic):
            raise _refusal(result, sent)

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
        return await self.directory.ask(SetPassword(found.dn, password), *_EVERYWHERE)

    async def _write(self, kind: Kind, ref: Ref, attribute: str, password: bytes, *fine: int) -> Result:
        mod = Mod(Do.REPLACE, attribute, (password,))
        codes = (*_EVERYWHERE, *fine)
        result, _ = await self.directory.write(kind, ref, lambda place, guard: Modify(place, (mod,), guard), *codes)
        return result


def _quoted(password: str) -> bytes:
    """As Active Directory wants it ([MS-ADTS] 3.1.1.3.1.5.1)."""
    return f'"{password}"'.encode("utf-16-le", "surrogatepass")


def _cannot(facts: Facts) -> Refused:
    if facts.product is Product.ACTIVE_DIRECTORY:
        problem = "Active Directory takes passwords over TLS alone: it was not sent"
        return Refused(problem, code="noTls", fix="use ldaps:// or start_tls = true")
    return Refused("the directory has no operation to set passwords (RFC 3062)", code="noOperation", fix=_WRITE_IT)


def _refusal(result: Result, password: bytes) -> ConnectorError:
    meant = errors.error_of(result, [password])
    code = IN_HISTORY if result.code == 19 and _BEFORE in result.diagnostic else meant.code
    return Refused(meant.message, code=code, attribute="password", fix=_REFUSALS[result.code])
