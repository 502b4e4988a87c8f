"""SCIM errors (RFC 7644 §3.12): one class per `scimType` or status, each of which turns itself into the answer's body.

Details are sentences for the administrator of the client; they never hold a secret, and echo no more than names.
"""

from __future__ import annotations

from typing import Any, ClassVar

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class ScimError(Exception):
    """The base: a status, a `scimType` where the RFC names one, and a sentence."""

    status: ClassVar[int] = 400
    scim_type: ClassVar[str | None] = None

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def body(self) -> dict[str, Any]:
        """The error message."""
        body = {"schemas": [ERROR], "status": str(self.status), "detail": self.detail}
        return body if self.scim_type is None else {**body, "scimType": self.scim_type}


class InvalidFilter(ScimError):
    scim_type = "invalidFilter"


class TooMany(ScimError):
    scim_type = "tooMany"


class Uniqueness(ScimError):
    status = 409
    scim_type = "uniqueness"


class Mutability(ScimError):
    scim_type = "mutability"


class InvalidSyntax(ScimError):
    scim_type = "invalidSyntax"


class InvalidPath(ScimError):
    scim_type = "invalidPath"


class NoTarget(ScimError):
    scim_type = "noTarget"


class InvalidValue(ScimError):
    scim_type = "invalidValue"


class InvalidVers(ScimError):
    scim_type = "invalidVers"


class Sensitive(ScimError):
    scim_type = "sensitive"


class InvalidCursor(ScimError):
    """RFC 9865 §2.1, as the two below."""

    scim_type = "invalidCursor"


class ExpiredCursor(ScimError):
    scim_type = "expiredCursor"


class InvalidCount(ScimError):
    scim_type = "invalidCount"


class Unauthorized(ScimError):
    status = 401


class Forbidden(ScimError):
    status = 403


class NotFound(ScimError):
    status = 404


class MethodNotAllowed(ScimError):
    status = 405

    def __init__(self, detail: str, allow: str) -> None:
        super().__init__(detail)
        self.allow = allow


class TooSlow(ScimError):
    status = 408


class Conflict(ScimError):
    status = 409


class PreconditionFailed(ScimError):
    status = 412


class TooLarge(ScimError):
    status = 413


class UriTooLong(ScimError):
    status = 414


class UnsupportedMedia(ScimError):
    status = 415


class HeadersTooLarge(ScimError):
    status = 431


class Crashed(ScimError):
    """A bug of ours."""

    status = 500


class NotImplementedHere(ScimError):
    status = 501


class Unavailable(ScimError):
    status = 503

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
