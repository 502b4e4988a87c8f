"""What an answer means: the one table from HTTP status to the error that says what happens next. Pure.

Where reading one entry fails with 500, that entry alone is refused: it must not close the target for all others.
Where a write fails with 500, nobody knows whether it was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.sdk.errors import (
    Conflict,
    ConnectorError,
    Gone,
    OutcomeUnknown,
    Refused,
    TargetDown,
    TargetMisconfigured,
    Throttled,
)
from connectors.sdk.http.messages import Answer, Doing

LONGEST = 200
"""Characters of the target's own message that are passed on."""
_MESSAGES = ("message", "detail", "error_description", "error", "title", "description", "errors", "reason")
_FIELDS = ("field", "attribute", "param", "property", "path")


_MISCONFIGURED = {
    401: "our credentials are not accepted; renew the token or the password",
    404: "there is no such endpoint; correct its path",
    405: "the endpoint does not take this method; correct it",
    406: "the endpoint does not answer in JSON; correct it",
    407: "a proxy asks for credentials; reach the target without it",
    410: "the endpoint is gone; correct its path",
    415: "the endpoint does not take JSON; correct it",
    501: "the endpoint does not take this method; correct it",
    511: "a network asks for a login before it lets us through",
}
_DOWN = (502, 503, 504, 507)
_LATE = (408, 425)


def judge(answer: Answer, doing: Doing, scrub: Iterable[str] = ()) -> ConnectorError | None:
    """What the answer means; None where it is a success."""
    if not is_success(answer, doing):
        return error(answer, doing, scrub)
    if answer.status not in (404, 410) and answer.body and answer.is_html:
        return not_json(answer, doing)
    return None


def is_success(answer: Answer, doing: Doing) -> bool:
    """It was done, or there was nothing to do."""
    return 200 <= answer.status < 300 or (answer.status in (404, 410) and doing in (Doing.READ, Doing.DELETE))


def error(answer: Answer, doing: Doing, scrub: Iterable[str] = ()) -> ConnectorError:
    """The error of an answer that is no success; `scrub` are values that must not be in its message."""
    status, code = answer.status, str(answer.status)
    said = message(answer, scrub)
    sentence = f"answered {status}" + (f": {said}" if said else "")
    if 300 <= status < 400:
        return TargetMisconfigured(f"{sentence}, to go elsewhere; correct base_url or the path", code=code)
    if status in (404, 410) and doing is Doing.UPDATE:
        return Gone("there is no such entry", code=code)
    if status == 401 or (status in _MISCONFIGURED and not said) or status in (404, 405, 407, 410, 501, 511):
        return TargetMisconfigured(f"{sentence}: {_MISCONFIGURED[status]}", code=code)
    if status in (409, 412):
        return Conflict(sentence, code=code)
    if status == 429:
        return Throttled(sentence, after=retry_after(answer.headers), code=code)
    if status in _DOWN:
        return TargetDown(sentence, code=code)
    if status >= 500 or status in _LATE:
        return _failed(sentence, code, doing)
    return Refused(sentence, code=code, attribute=_attribute(answer), fix=_FIXES.get(status))


_FIXES = {403: "give our account the right to do this", 413: "shorten the values", 402: "look at the subscription"}


def _failed(sentence: str, code: str, doing: Doing) -> ConnectorError:
    if doing.writes:
        return OutcomeUnknown(sentence, code=code)
    return Refused(sentence, code=code) if doing is Doing.READ else TargetDown(sentence, code=code)


def not_json(answer: Answer, doing: Doing) -> ConnectorError:
    """A success whose body is not what was promised."""
    code = str(answer.status)
    if answer.is_html:
        return TargetMisconfigured("answered with a web page: is base_url that of the API?", code=code)
    if doing.writes:
        return OutcomeUnknown("answered with something that is not JSON", code=code)
    return TargetMisconfigured("answered with something that is not JSON", code=code)


def document(answer: Answer, doing: Doing) -> Any:
    """The body of a success."""
    try:
        return answer.json()
    except ValueError:
        raise not_json(answer, doing) from None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that the target asks for. A date is taken relative to the answer's own: our clocks may differ."""
    written = headers.get("Retry-After", "").strip()
    if written.isascii() and written.isdigit():
        return float(written)
    try:
        until = parsedate_to_datetime(written)
        return max(0.0, (until - parsedate_to_datetime(headers.get("Date", ""))).total_seconds())
    except (ValueError, TypeError):
        return None


def message(answer: Answer, scrub: Iterable[str] = ()) -> str:
    """The target's own words in short, without the values we sent."""
    words = " ".join(_words(answer).split())
    for value in sorted({v for v in scrub if len(v) > 1}, key=len, reverse=True):
        words = words.replace(value, "…")
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _words(answer: Answer) -> str:
    found = answer.json_or_none()
    if found is not None:
        return _said(found)
    return "" if answer.is_html else answer.body[: 4 * LONGEST].decode(errors="replace")


def _said(found: Any) -> str:
    match found:
        case str():
            return found
        case list():
            return "; ".join(said for each in found[:5] if (said := _said(each)))
        case dict():
            told = next((said for name in _MESSAGES if (said := _said(found.get(name)))), "")
            return told or "; ".join(f"{name}: {said}" for name, each in found.items() if (said := _said(each)))
        case _:
            return ""


def _attribute(answer: Answer) -> str | None:
    """The attribute that the target blames, where it names one in one of the usual ways."""
    found = answer.json_or_none()
    errors = found.get("errors") if isinstance(found, dict) else None
    if isinstance(errors, dict) and errors:
        return str(next(iter(errors)))
    blamed = errors[0] if isinstance(errors, list) and errors else found
    names = (blamed.get(name) for name in _FIELDS) if isinstance(blamed, dict) else ()
    return next((name for name in names if isinstance(name, str)), None)
