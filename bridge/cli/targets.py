"""`scim-bridge targets pause|resume TARGET`: nothing is written to a paused target; changes are accepted and wait."""

from __future__ import annotations

import argparse
from typing import Any

from bridge.cli.asking import ask


def run(options: argparse.Namespace) -> int:
    """Pause or resume, and say how the target is now."""

    def show(answer: dict[str, Any]) -> int:
        now = f"paused: {answer['paused']}" if answer["paused"] else "not paused"
        print(f"{answer['target']} is {now}" if answer["changed"] else f"{answer['target']} was {now} already")
        return 0

    reason = {"reason": options.reason} if getattr(options, "reason", None) else {}
    return ask(options.config, options.action, options.subject, show, reason)
