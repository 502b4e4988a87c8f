"""`scim-bridge status`: targets, backlog, what is parked and why."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bridge.cli.asking import ask
from bridge.delivery.verdict import moment

HEADINGS = ("TARGET", "CONNECTOR", "STATE", "ENTRIES", "BACKLOG", "OLDEST", "PARKED", "HELD", "WAITING")


def run(options: argparse.Namespace) -> int:
    """Show it; 0 whatever it says, for it was asked what is."""

    def show(status: dict[str, Any]) -> int:
        print(json.dumps(status, indent=2) if options.json else "\n".join(lines(status)))
        return 0

    return ask(options.config, "status", None, show)


def lines(status: dict[str, Any]) -> Iterator[str]:
    """The status for people."""
    if not status["running"]:
        yield "the daemon is not running; this is what the journal says"
    yield from _table(status["targets"])
    for name, target in status["targets"].items():
        yield from _of_target(name, target)
    for plan in status["held"]:
        yield f"held at {plan['target']}: {plan['reason']}"
        yield f"    → scim-bridge plan {plan['plan']}; then scim-bridge approve {plan['plan']}, or reject it"
    for parked in status["parked"]:
        yield from _parked("parked", parked)
    for parked in status["parked_passwords"]:
        yield from _parked("password parked", {**parked, "attribute": None})


def _of_target(name: str, target: dict[str, Any]) -> Iterator[str]:
    """What is to be said of one target, beside its numbers."""
    if target["paused"]:
        yield f"{name} is paused: {target['paused']}"
    if target.get("closed_until"):
        yield f"{name} is in maintenance until {moment(target['closed_until'])}"
    for other, count in target.get("waits_for", {}).items():
        yield f"{name}: {count} wait until {other} has them"
    if target["reason"]:
        yield f"{name} is not called: {target['reason']}{_next_look(target['retry_at'])}"
    if target["passwords"]:
        oldest = _age(target["oldest_password_seconds"])
        yield f"{name}: {target['passwords']} passwords wait, the oldest for {oldest}"


def _table(targets: dict[str, dict[str, Any]]) -> Iterator[str]:
    rows = [HEADINGS, *(_row(name, target) for name, target in targets.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(name: str, target: dict[str, Any]) -> tuple[str, ...]:
    state = _state(target)
    numbers = [str(target[key]) for key in ("parked", "held", "waiting")]
    oldest = _age(target["oldest_undelivered_seconds"])
    return (name, target["connector"], state, str(target["entries"]), str(target["backlog"]), oldest, *numbers)


def _state(target: dict[str, Any]) -> str:
    if target["paused"]:
        return "paused"
    if target.get("closed_until"):
        return "maintenance"
    return "up" if target["breaker"] == "closed" else "down"


def _parked(what: str, parked: dict[str, Any]) -> Iterator[str]:
    code = f" (code {parked['code']})" if parked["code"] else ""
    attribute = f" {parked['attribute']}:" if parked["attribute"] else ""
    yield f"{what} at {parked['target']}: {parked['name']}:{attribute} {parked['text']}{code}"
    if parked["fix"]:
        yield f"    → {parked['fix']}"


def _age(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _next_look(at: int | None) -> str:
    if at is None:
        return ""
    return f" (next look at {datetime.fromtimestamp(at / 1000, UTC):%H:%M:%S} UTC)"
