"""One value of one attribute: is it of the attribute's type (RFC 7643 §2.3), and how is it kept.

Text is kept exactly as it was sent. What real clients send in another shape and cannot mean anything else
is taken: a boolean as "True", a plain string where a complex value has a `value`, a list of one where one is meant.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from bridge.scim.errors import InvalidValue
from bridge.scim.names import refuse_twins
from bridge.scim.schemas import Attribute, Type

INTEGERS = range(-(2**63), 2**63)

_DATETIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?(Z|[+-]\d\d:[0-5]\d)?", re.ASCII | re.IGNORECASE
)


def instant(text: str) -> datetime | None:
    """The moment an xsd:dateTime means (without a zone: UTC), to the microsecond; None where it is not one."""
    match = _DATETIME.fullmatch(text)
    if match is None:
        return None
    *numbers, fraction, zone = match.groups()
    try:
        year, month, day, hour, minute, second = map(int, numbers)
        microsecond = int((fraction or "0")[:6].ljust(6, "0"))
        moment = datetime(year, month, day, hour, minute, second, microsecond, _zone(zone))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:6])))


def _string(attribute: Attribute, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(attribute, "must be a string")
    if "\0" in value:
        raise _wrong(attribute, "must not hold the character NUL")
    return value


def _boolean(attribute: Attribute, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise _wrong(attribute, "must be true or false")


def _integer(attribute: Attribute, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in INTEGERS:
        raise _wrong(attribute, "must be a whole number of at most 64 bits")
    return value


def _decimal(attribute: Attribute, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(attribute, "must be a number")
    return value


def _datetime(attribute: Attribute, value: Any) -> str:
    if not isinstance(value, str) or instant(value) is None:
        raise _wrong(attribute, "must be a dateTime such as 2008-01-23T04:56:22Z")
    return value


def _binary(attribute: Attribute, value: Any) -> str:
    """In either alphabet of RFC 4648, with or without padding (RFC 7643 §2.3.6)."""
    text = _string(attribute, value)
    of_urls = "-" in text or "_" in text
    try:
        if of_urls and ("+" in text or "/" in text):
            raise ValueError("two alphabets")
        base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_" if of_urls else None, validate=True)
    except (binascii.Error, ValueError):
        raise _wrong(attribute, "must be base64") from None
    return text


CHECKS: dict[Type, Callable[[Attribute, Any], Any]] = {
    Type.STRING: _string,
    Type.REFERENCE: _string,
    Type.BOOLEAN: _boolean,
    Type.INTEGER: _integer,
    Type.DECIMAL: _decimal,
    Type.DATETIME: _datetime,
    Type.BINARY: _binary,
}


def one(attribute: Attribute, value: Any) -> Any:
    """One value, checked and in its shape; None where a complex value holds nothing."""
    if attribute.type is not Type.COMPLEX:
        return CHECKS[attribute.type](attribute, value)
    return _complex(attribute, value)


def many(attribute: Attribute, values: list[Any]) -> list[Any]:
    """All values of a multi-valued attribute; at most one of them is primary."""
    kept = [each for value in values if value is not None and (each := one(attribute, value)) is not None]
    return one_primary(kept) if attribute.sub("primary") else kept


def whole(attribute: Attribute, value: Any) -> Any:
    """The attribute's value as it comes: one or many; None where it has none (RFC 7643 §2.5)."""
    if attribute.is_text and isinstance(value, str):  # nearly all values are
        return _string(attribute, value)
    if value is None or value == []:
        return None
    if attribute.multi_valued:
        if not isinstance(value, list):
            raise _wrong(attribute, "must be a list of values")
        return many(attribute, value) or None
    if isinstance(value, list) and attribute.is_complex and len(value) == 1:
        return None if value[0] is None else one(attribute, value[0])
    return one(attribute, value)


def same(attribute: Attribute, one: Any, other: Any) -> bool:
    """Whether two checked values mean the same: text by `caseExact`, dates by their instant, many in any order."""
    return bool(_meaning(attribute, one) == _meaning(attribute, other))


def _meaning(attribute: Attribute, value: Any) -> Any:
    if isinstance(value, dict):
        return frozenset((name, _meaning(attribute.subs.get(name, attribute), each)) for name, each in value.items())
    if isinstance(value, list):
        return frozenset(_meaning(attribute, each) for each in value)
    if isinstance(value, str):
        if attribute.type is Type.DATETIME:
            return instant(value)
        return value if attribute.case_exact else value.casefold()
    return value


def one_primary(values: list[Any], kept: Any = None) -> list[Any]:
    """At most one value stays primary: `kept` if given, else the first (PingOne sends two)."""
    seen = False
    result = []
    for value in values:
        if isinstance(value, dict) and value.get("primary") is True:
            if seen or (kept is not None and value is not kept):
                value = {**value, "primary": False}
            else:
                seen = True
        result.append(value)
    return result


def _complex(attribute: Attribute, value: Any) -> dict[str, Any] | None:
    if isinstance(value, str) and "value" in attribute.subs:
        value = {"value": value} if value else {}
    if not isinstance(value, dict):
        raise _wrong(attribute, "must be an object with sub-attributes")
    result: dict[str, Any] = {}
    subs = attribute.subs
    for name, each in value.items():
        sub = subs.get(name) or subs.get(name.lower())
        if sub is None:
            continue
        if name != sub.name:
            refuse_twins(value, sub.name)
        if sub.read_only or each is None:
            continue
        try:
            checked = whole(sub, each)
        except InvalidValue as wrong:
            raise InvalidValue(f"{attribute.name}.{wrong.detail}") from None
        if checked is not None:
            result[sub.name] = checked
    return result or None


def _wrong(attribute: Attribute, problem: str) -> InvalidValue:
    return InvalidValue(f"{attribute.name} {problem}")
