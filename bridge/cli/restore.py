"""`scim-bridge restore USER TARGET --at TIME`: make a plan that puts an entry back as it was; `approve` does it."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import Any

from bridge.cli.asking import ask
from bridge.clock import SystemClock
from bridge.reconcile.report import plan_from_document, render_plan
from bridge.settings.amounts import parse_duration
from bridge.settings.faults import Wrong


def run(options: argparse.Namespace) -> int:
    """Ask, and show the plan. 0: it was made; 1: there is nothing to restore; 2: the time cannot be read."""
    try:
        at = time_of(options.at, SystemClock().now())
    except ValueError:
        print(f"scim-bridge restore: {options.at!r} is no time; write 2026-11-24T07:30 (UTC) or 2h", file=sys.stderr)
        return 2

    def show(document: Any) -> int:
        print(json.dumps(document, indent=2) if options.json else "\n".join(render_plan(plan_from_document(document))))
        return 0

    return ask(options.config, "restore", options.subject, show, {"target": options.target, "at": at})


def time_of(written: str, now: int) -> int:
    """Milliseconds since 1970: a date and time (UTC, where it names no zone), or how long before `now`."""
    try:
        return now - round(1000 * parse_duration(written))
    except Wrong:
        at = datetime.fromisoformat(written)
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
