"""`scim-bridge targets pause|resume|probe TARGET`.

Nothing is written to a paused target; changes are accepted and wait. A probe looks at a target now, whenever the daemon
would have looked next, and closes its breaker where it answers.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from bridge.cli.asking import ask
from bridge.delivery.verdict import moment


def run(options: argparse.Namespace) -> int:
    """Pause or resume, and say how the target is now; or look at it, and say what it is: 1 where it is not reached."""
    lines = probe_lines if options.action == "probe" else pause_lines

    def show(answer: dict[str, Any]) -> int:
        print(json.dumps(answer, indent=2) if options.json else "\n".join(lines(answer)))
        return 0 if answer.get("reached", True) else 1

    reason = {"reason": options.reason} if getattr(options, "reason", None) else {}
    return ask(options.config, options.action, options.subject, show, reason)


def pause_lines(answer: dict[str, Any]) -> Iterator[str]:
    """Whether a target is paused, and whether it was already, for people."""
    now = f"paused: {answer['paused']}" if answer["paused"] else "not paused"
    yield f"{answer['target']} is {now}" if answer["changed"] else f"{answer['target']} was {now} already"


def probe_lines(answer: dict[str, Any]) -> Iterator[str]:
    """What a look at a target came to, for people."""
    if not answer["reached"]:
        yield f"{answer['target']}: not reached: {answer['reason']} ({answer['cause']})"
        yield f"  it is looked at again at {moment(answer['retry_at'])}"
        return
    yield f"{answer['target']}: {answer['server']}, answered in {answer['milliseconds']} ms"
    yield f"  can       {', '.join(answer['capabilities']) or 'entries only'}"
    if answer["identity"]:
        yield f"  is        {answer['identity']}"
    for name, text in answer["facts"].items():
        yield f"  {name:9} {text}"
    for name, limit in answer["limits"].items():
        yield f"  limit     {name}: {limit}"
    for place in answer["untouchable"]:
        yield f"  never     writes {place}"
    for warning in answer["warnings"]:
        yield f"  warning   {warning}"
