"""Which values a directory takes for equal: its matching rules (RFC 4517), as far as they fold. Pure.

Where the schema has not been read yet, the attributes that everybody maps are known by name; for anything else
case and spaces are taken not to count, as in nearly all attributes of the standard schemas.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connectors.ldap import dn
from connectors.ldap.schema import (
    BINARY,
    BOOLEAN,
    DIRECTORY_STRING,
    DN,
    GENERALIZED_TIME,
    INTEGER,
    LARGE_INTEGER,
    PRINTABLE_STRING,
    AttributeType,
    Schema,
)
from connectors.sdk import Ref, Reference, Value

_TIME = re.compile(r"(\d{10,14})(?:[.,]\d+)?(Z|[+-]\d{2}(?:\d{2})?)")
_DNS = frozenset(("member", "uniquemember", "manager", "owner", "secretary", "seealso", "memberof"))
_EXACT = frozenset(("entryuuid", "homedirectory", "loginshell", "labeleduri"))


def _ignoring_case(text: str) -> str:
    return _with_case(text).casefold()


def _with_case(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _integer(text: str) -> str:
    try:
        return str(int(text))
    except ValueError:
        return text


def _telephone(text: str) -> str:
    return text.replace(" ", "").replace("-", "").casefold()


def _time(text: str) -> str:
    """Seconds and a fraction of nothing may be left out; other zones than Z are left as they are."""
    found = _TIME.fullmatch(text)
    return f"{found[1]:0<14}{found[2]}" if found else text


FOLDS: dict[str, Callable[[str], str]] = {
    "booleanmatch": str.upper,
    "caseexactia5match": _with_case,
    "caseexactmatch": _with_case,
    "caseignoreia5match": _ignoring_case,
    "caseignorelistmatch": _ignoring_case,
    "caseignorematch": _ignoring_case,
    "distinguishednamematch": dn.folded,
    "generalizedtimematch": _time,
    "integermatch": _integer,
    "numericstringmatch": lambda text: text.replace(" ", ""),
    "objectidentifiermatch": str.casefold,
    "telephonenumbermatch": _telephone,
    "uniquemembermatch": dn.folded,
    "uuidmatch": str.lower,
}
"""By the rule's name in lower case; a rule that is not here compares exactly."""


_BY_SYNTAX = {
    BOOLEAN: "booleanmatch",
    DIRECTORY_STRING: "caseignorematch",
    DN: "distinguishednamematch",
    GENERALIZED_TIME: "generalizedtimematch",
    INTEGER: "integermatch",
    LARGE_INTEGER: "integermatch",
    PRINTABLE_STRING: "caseignorematch",
}


@dataclass(frozen=True, slots=True)
class _Rule:
    """How the values of one attribute are read and compared."""

    binary: bool
    text: Callable[[str], Value]


def fold(schema: Schema, attribute: str, value: Value) -> Value:
    """The value as the directory compares it: equal results for equal values."""
    if isinstance(value, str):
        return schema.once(_rule_of, attribute).text(value)
    if isinstance(value, Ref):
        return dn.folded(value.locator)
    if isinstance(value, Reference):
        return value
    if isinstance(value, bytes):
        return value if is_binary(schema, attribute) else fold(schema, attribute, _text(value))
    return fold(schema, attribute, written(value))


def written(value: str | bool | int | float) -> str:
    """A value as LDAP writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value)


def encode(value: Value) -> bytes:
    """The value as it goes to the directory; a member or manager goes as its DN."""
    match value:
        case str():
            return _bytes(value)
        case bytes():
            return value
        case Ref():
            return _bytes(value.locator)
        case Reference():
            raise TypeError("a reference must be resolved before it is written")
        case _:
            return _bytes(written(value))


def decode(schema: Schema, attribute: str, value: bytes) -> str | bytes:
    """The value as it came: text, or bytes where the attribute is binary or the value is no text."""
    if is_binary(schema, attribute):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def distinct(schema: Schema, attribute: str, values: Iterable[Value]) -> list[Value]:
    """Each value once, the first spelling of it, in order: a directory refuses equal values."""
    listed = list(values)
    if len(listed) < 2:
        return listed
    kept: dict[Value, Value] = {}
    for value in listed:
        kept.setdefault(fold(schema, attribute, value), value)
    return list(kept.values())


def is_binary(schema: Schema, attribute: str) -> bool:
    return schema.once(_rule_of, attribute).binary


def _rule_of(schema: Schema, attribute: str) -> _Rule:
    known = schema.attribute(attribute)
    if _is_binary(known, attribute.lower()):
        return _Rule(True, _bytes)
    name = _assumed(attribute) if known is None else _rule_name(schema, known)
    return _Rule(False, FOLDS.get(name, str))


def _rule_name(schema: Schema, known: AttributeType) -> str:
    """The rule that the schema names; Active Directory names none, and goes by the syntax."""
    if known.equality or not schema.compares_by_syntax:
        return (known.equality or "").lower()
    return _BY_SYNTAX.get(known.syntax or "", "")


def _is_binary(known: AttributeType | None, attribute: str) -> bool:
    if ";binary" in attribute:
        return True
    if known is None:
        return attribute in ("jpegphoto", "usercertificate", "userpassword")
    return known.syntax in BINARY


def _assumed(attribute: str) -> str:
    name = attribute.partition(";")[0].lower()
    if name in _DNS:
        return "distinguishednamematch"
    if "telephone" in name or name in ("mobile", "pager", "homephone"):
        return "telephonenumbermatch"
    return "caseexactmatch" if name in _EXACT else "caseignorematch"


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
