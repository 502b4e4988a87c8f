"""What an answer of a SCIM service means: its `scimType` (RFC 7644 §3.12) before its status. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from connectors.sdk import Conflict, ConnectorError, Throttled
from connectors.sdk.http import Answer, Doing, message
from connectors.sdk.http import judge as judge_status
from connectors.sdk.http.status import retry_after

_THROTTLE = re.compile(r"throttl|rate (limit )?exceeded|too ?many ?requests", re.IGNORECASE)
"""AWS says it with 400 and ThrottlingException; others with 403."""
_CONFLICTS = ("uniqueness", "noTarget", "invalidVers")


def judge(answer: Answer, doing: Doing, scrub: Iterable[str] = ()) -> ConnectorError | None:
    """The error of an answer, with the `scimType` as its code where there is one; None where it is a success."""
    scrub = list(scrub)
    error = judge_status(answer, doing, scrub)
    if error is None or not 400 <= answer.status < 500:
        return error
    said, scim_type = error.message, _scim_type(answer)
    if answer.status in (400, 403) and _is_throttle(answer):
        return Throttled(said, after=retry_after(answer.headers), code=_code(answer))
    if scim_type in _CONFLICTS:
        return Conflict(said, code=scim_type)
    if scim_type:
        error.code = scim_type
    return error


def _is_throttle(answer: Answer) -> bool:
    return "Retry-After" in answer.headers or bool(_THROTTLE.search(f"{_code(answer)} {message(answer)}"))


def _code(answer: Answer) -> str:
    found: Any = answer.json_or_none()
    names = ("__type", "code", "errorCode", "schema") if isinstance(found, dict) else ()
    return next((str(found[name]) for name in names if found.get(name)), str(answer.status))


def _scim_type(answer: Answer) -> str | None:
    found = answer.json_or_none()
    written = found.get("scimType") if isinstance(found, dict) else None
    return written if isinstance(written, str) and written else None
