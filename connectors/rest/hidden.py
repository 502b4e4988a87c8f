"""Some APIs answer a write that they did not do with 200 and `{"error": …}`. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.sdk import ConnectorError, Refused
from connectors.sdk.http import Answer, Doing, message
from connectors.sdk.http import judge as judge_status


def judge(answer: Answer, doing: Doing, scrub: Iterable[str] = ()) -> ConnectorError | None:
    """What an answer means, by its status and by what it says; None where it is a success."""
    error = judge_status(answer, doing, scrub)
    if error is None and doing.writes and 200 <= answer.status < 300:
        return hidden_error(answer, scrub)
    return error


def hidden_error(answer: Answer, scrub: Iterable[str] = ()) -> ConnectorError | None:
    """The error within what looks like a success."""
    found = answer.json_or_none() if answer.body else None
    if isinstance(found, dict) and "id" not in found and any(found.get(name) for name in ("error", "errors")):
        return Refused(f"answered {answer.status}: {message(answer, scrub)}", code=str(answer.status))
    return None
