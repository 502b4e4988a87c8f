"""`scim-bridge deliveries list [TARGET]`, `deliveries retry TARGET [--only USER] [--code CODE]`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from bridge.cli.asking import ask
from bridge.cli.links import error
from bridge.delivery.verdict import moment


def run(options: argparse.Namespace) -> int:
    """List what is not delivered, or try it again."""

    def show(answer: dict[str, Any]) -> int:
        lines = _listed(answer) if options.action == "list" else _retried(answer)
        print(json.dumps(answer, indent=2) if options.json else "\n".join(lines))
        return 0

    if options.action == "list":
        asked: dict[str, Any] = {"parked": options.parked, "limit": options.limit}
        return ask(options.config, "deliveries", options.subject, show, {k: v for k, v in asked.items() if v})
    asked = {"only": options.only, "code": options.code}
    return ask(options.config, "retry", options.subject, show, {k: v for k, v in asked.items() if v})


def _listed(answer: dict[str, Any]) -> Iterator[str]:
    for link in answer["deliveries"]:
        due = f", due {moment(link['due'])}" if link["state"] == "dirty" else ""
        due = f", waits until {link['waits_for']} has it" if link["waits_for"] else due
        attempts = f", {link['attempts']} attempts" if link["attempts"] else ""
        yield f"{link['target']}: {link['name']} ({link['kind']}): {link['state']}{due}{attempts}"
        if link["error"]:
            yield f"    {error(link)}"
        if link["error"] and link["fix"]:
            yield f"    → {link['fix']}"
    for parked in answer["parked_passwords"]:
        yield f"{parked['target']}: {parked['name']}: its password is parked: {error({**parked, 'attribute': None})}"
    left = answer["count"] - len(answer["deliveries"])
    if left:
        yield f"… and {left} more (--limit N shows more)"
    if not answer["count"] and not answer["parked_passwords"]:
        yield "everything is delivered"


def _retried(answer: dict[str, Any]) -> Iterator[str]:
    if not any(answer[key] for key in ("unparked", "hastened", "passwords")):
        yield f"{answer['target']}: nothing of that was parked or put off"
    else:
        secrets = f", and {answer['passwords']} passwords" if answer["passwords"] else ""
        yield f"{answer['target']}: {answer['unparked']} parked and {answer['hastened']} put off are due now{secrets}"
    if answer["waits"]:
        yield f"  but {answer['waits']}"
