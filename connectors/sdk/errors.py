"""What a connector raises. The type says what the bridge does next; nothing else is decided by a connector.

Anything else that comes out of a connector is a bug of the connector: it is treated as `Refused` for
that entry, and logged with its traceback. Messages are plain sentences for an operator and never hold
an attribute's value.
"""

from __future__ import annotations

IN_HISTORY = "passwordInHistory"
"""Code of a password that is refused because the account has it, or had it before."""


class ConnectorError(Exception):
    """The base: a plain sentence, and the target's own code where it gave one."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class TargetDown(ConnectorError):
    """The target cannot be reached or is not serving. The breaker opens; the entry is not at fault."""


class TargetMisconfigured(ConnectorError):
    """Our credentials, certificate or base are wrong: only a person can mend it. Probed rarely."""


class Throttled(ConnectorError):
    """The target asks us to slow down; `after` is in seconds, None where it did not say."""

    def __init__(self, message: str, *, after: float | None = None, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.after = after


class Conflict(ConnectorError):
    """The target is not as we thought (exists already, no such value, 409, 412): read, compare, correct."""


class OutcomeUnknown(ConnectorError):
    """The request was sent and no answer came: look first, never repeat a create blindly."""


class Missing(ConnectorError):
    """A referenced entry (member, manager, parent) is not at the target; `reference` names it."""

    def __init__(self, message: str, *, reference: str, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.reference = reference


class Gone(ConnectorError):
    """The entry to update is not there (LDAP 32, HTTP 404)."""


class Refused(ConnectorError):
    """The target will never take this as it stands (schema, syntax, policy, rights)."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        attribute: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.attribute = attribute
        self.fix = fix
