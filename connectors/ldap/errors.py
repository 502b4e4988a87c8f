"""What a directory's result codes mean: one table from code to what the bridge does next, in plain sentences.

Everything that goes wrong in the connector becomes an error of the SDK here and nowhere else. The directory's own
words are passed on without the values that we sent: an error is read by people who may not see them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from connectors.ldap import ad_errors
from connectors.ldap.driver import (
    WRITES,
    BindRefused,
    DriverError,
    NoAnswer,
    NoCredentials,
    Operation,
    Result,
    Unreachable,
    Untrusted,
)
from connectors.sdk import (
    Conflict,
    ConnectorError,
    Gone,
    OutcomeUnknown,
    Refused,
    TargetDown,
    TargetMisconfigured,
)

SUCCESS, SIZE_LIMIT = 0, 4
REFERRAL, ADMIN_LIMIT, NO_SUCH_ATTRIBUTE, VALUE_EXISTS = 10, 11, 16, 20
UNWILLING, EXISTS = 53, 68
NO_SUCH_OBJECT, OBJECT_CLASS_VIOLATION, NOT_ALLOWED_ON_NON_LEAF, ASSERTION_FAILED = 32, 65, 66, 122
CANNOT_SEE = (18, 50, 53)
"""What a directory answers to a read that it does not allow."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row: the RFC 4511 name, the error it becomes, what it says to a person, and what helps."""

    name: str
    error: type[ConnectorError]
    problem: str
    fix: str


_RIGHTS = "give the bind account write access below the bases of users and groups"
_WRITABLE = "name the server that takes writes as url"

MEANINGS = {
    1: Meaning("operationsError", Refused, "the directory could not carry this out", "look into the directory's log"),
    2: Meaning("protocolError", Refused, "the directory does not understand the request", "report this with its log"),
    3: Meaning(
        "timeLimitExceeded", TargetDown, "the directory ran out of time", "index entryUUID and what is searched"
    ),
    4: Meaning(
        "sizeLimitExceeded",
        Refused,
        "the directory gives the bind account fewer entries than there are",
        "raise its limit (OpenLDAP: olcLimits with size.prtotal=unlimited)",
    ),
    7: Meaning("authMethodNotSupported", TargetMisconfigured, "the directory refuses a simple bind", "allow it"),
    8: Meaning("strongerAuthRequired", TargetMisconfigured, "the directory wants TLS", "use ldaps:// or start_tls"),
    10: Meaning("referral", TargetMisconfigured, "this server passes us on to another one", _WRITABLE),
    11: Meaning(
        "adminLimitExceeded", Refused, "a limit of the directory is in the way", "raise the limits of the bind account"
    ),
    12: Meaning(
        "unavailableCriticalExtension",
        TargetMisconfigured,
        "the directory offers a control and does not take it",
        "allow the assertion and paged results controls",
    ),
    13: Meaning("confidentialityRequired", TargetMisconfigured, "the directory wants TLS", "use ldaps:// or start_tls"),
    16: Meaning("noSuchAttribute", Conflict, "a value to be removed is not there", ""),
    17: Meaning(
        "undefinedAttributeType",
        Refused,
        "the directory does not know an attribute",
        "leave it out of the mapping, or add its schema to the directory",
    ),
    18: Meaning("inappropriateMatching", Refused, "the attribute cannot be compared", "map another attribute"),
    19: Meaning("constraintViolation", Refused, "a rule of the directory forbids a value", "send a value it allows"),
    20: Meaning("attributeOrValueExists", Conflict, "a value to be added is there already", ""),
    21: Meaning("invalidAttributeSyntax", Refused, "a value has not the form its attribute wants", "mend the mapping"),
    32: Meaning("noSuchObject", Gone, "there is no such entry", ""),
    34: Meaning("invalidDNSyntax", Refused, "the entry's name is not one the directory takes", "mend the mapping"),
    48: Meaning("inappropriateAuthentication", TargetMisconfigured, "the bind account has no password", "set one"),
    49: Meaning(
        "invalidCredentials",
        TargetMisconfigured,
        "the directory does not take bind_dn and bind_password",
        "correct them; the account may also be locked or expired",
    ),
    50: Meaning("insufficientAccessRights", Refused, "the bind account may not do this", _RIGHTS),
    51: Meaning("busy", TargetDown, "the directory is too busy", ""),
    52: Meaning("unavailable", TargetDown, "the directory is not serving", ""),
    53: Meaning("unwillingToPerform", Refused, "the directory is not willing to do this", "look into its log"),
    64: Meaning("namingViolation", Refused, "the entry's name does not go with its values", "map the rdn attribute"),
    65: Meaning(
        "objectClassViolation",
        Refused,
        "the entry does not fit its object classes",
        "map what they require, or add the class that allows the attribute to object_classes",
    ),
    66: Meaning("notAllowedOnNonLeaf", Refused, "there are entries below this one", "remove or move them first"),
    67: Meaning("notAllowedOnRDN", Refused, "this value names the entry", "map the rdn attribute"),
    68: Meaning("entryAlreadyExists", Conflict, "there is an entry of this name already", ""),
    69: Meaning("objectClassModsProhibited", Refused, "the entry's object class is fixed", "make the entry anew"),
    71: Meaning("affectsMultipleDSAs", Refused, "the move would leave this server", "keep the entry in one database"),
    80: Meaning("other", Refused, "the directory failed in itself", "look into its log"),
    122: Meaning("assertionFailed", Conflict, "another entry stands in this place", ""),
}
_UNKNOWN = Meaning("unknown", Refused, "the directory refuses this", "look into its log")
_READ_ONLY = re.compile(r"shadow context|read.?only|operation restricted", re.IGNORECASE)
_NOT_UNIQUE = re.compile(r"not unique|non-unique")
_ATTRIBUTE = (
    re.compile(r"non-unique attributes found with \(\|?\(?([\w.;-]+)="),
    re.compile(r"requires attribute '([^']+)'"),
    re.compile(r"attribute ['\"]([^'\"]+)['\"]"),
    re.compile(r"constraint on ([\w.;-]+)"),
    re.compile(r"modify/\w+: ([\w.;-]+):"),
    re.compile(r"^([\w.-]+(?:;[\w-]+)*): "),
)
_SHORTEST = 3


def name_of(code: int) -> str:
    """The code's name in RFC 4511."""
    return MEANINGS[code].name if code in MEANINGS else str(code)


def error_of(result: Result, values: Iterable[bytes] = ()) -> ConnectorError:
    """The error that a result is. `values` are what we sent: they are kept out of the sentence."""
    meaning = MEANINGS.get(result.code, _UNKNOWN)
    said = _without(result.diagnostic.replace("\0", "").strip(), values)
    taken = ad_errors.taken(said)
    problem = f"another account has this {taken}" if taken else ad_errors.meaning(said) or meaning.problem
    sentence = f"{problem} ({name_of(result.code)}{': ' + said if said else ''})"
    code = _precise(result, meaning.name)
    if taken:
        return Refused(sentence, code=f"{meaning.name}:{taken}", attribute=taken, fix="map a value that nobody has")
    if result.code == 53 and _READ_ONLY.search(said):
        return TargetMisconfigured(f"{sentence}; {_WRITABLE}", code=code)
    if meaning.error is Refused:
        return Refused(sentence, code=code, attribute=_attribute(result.diagnostic), fix=meaning.fix or None)
    return meaning.error(f"{sentence}; {meaning.fix}" if meaning.fix else sentence, code=code)


def misconfigured(result: Result, what: str) -> TargetMisconfigured:
    """The same result where it tells of our configuration: a base that is missing, rights that are lacking."""
    said = f": {result.diagnostic}" if result.diagnostic else ""
    return TargetMisconfigured(f"{what} ({name_of(result.code)}{said})", code=name_of(result.code))


def error_without_answer(error: DriverError, operation: Operation) -> ConnectorError:
    """The error that a failed call is. Only a write that was sent leaves its outcome open."""
    match error:
        case BindRefused(code=code, text=text):
            return _refused_bind(code, text)
        case Untrusted():
            return TargetMisconfigured(
                f"TLS with the directory fails: {error}; set ca_certificate to the authority that issued its "
                "certificate, connect by the name that stands in it, and let it speak TLS 1.2 or later",
                code="tls",
            )
        case NoCredentials():
            problem = f"we cannot say who we are: {error}; look after the ticket or the keytab of this service"
            return TargetMisconfigured(problem, code="noCredentials")
        case NoAnswer() if isinstance(operation, WRITES):
            return OutcomeUnknown(f"the request was sent and no answer came: {error}", code="noAnswer")
        case Unreachable() | NoAnswer():
            return TargetDown(f"the directory cannot be reached: {error}", code="unreachable")
    return TargetDown(str(error))


def _refused_bind(code: int, text: str) -> ConnectorError:
    meaning = MEANINGS.get(code, _UNKNOWN)
    said = f": {text}" if text else ""
    fix = meaning.fix or "correct them"
    problem = ad_errors.meaning(text) or meaning.problem
    sentence = f"the directory refuses our bind, {problem} ({name_of(code)}{said}); {fix}"
    return TargetMisconfigured(sentence, code=name_of(code))


def _precise(result: Result, name: str) -> str:
    """OpenLDAP has one code for all broken constraints; a broken uniqueness is mended in another place."""
    if result.code == 19 and _NOT_UNIQUE.search(result.diagnostic):
        return f"{name}:unique"
    if ad_errors.code_of(result.diagnostic) == ad_errors.POLICY:
        return f"{name}:password"
    if result.code == 19 and "password" in result.diagnostic.lower():
        return f"{name}:password"
    return name


def _attribute(said: str) -> str | None:
    return next((found[1] for pattern in _ATTRIBUTE if (found := pattern.search(said))), None)


def _without(said: str, values: Iterable[bytes]) -> str:
    for value in values:
        text = value.decode("utf-8", "replace")
        if len(text) >= _SHORTEST:
            said = said.replace(text, "…")
    return said
