"""`scim-bridge plan|reconcile TARGET`, `plans`, `approve|reject PLAN`."""

from __future__ import annotations

import argparse
import json
from typing import Any

from bridge.cli.asking import ask
from bridge.reconcile.report import from_document, plan_from_document, render, render_plan


def run(options: argparse.Namespace) -> int:
    """Ask, and show the answer. `plan`: 0 nothing to change, 2 changes, 1 not readable."""

    def show(answer: Any) -> int:
        print(json.dumps(answer, indent=2) if options.json else "\n".join(_lines(options.command, answer)))
        if options.command == "plan":
            return int(answer["exit_code"])
        return 1 if options.command == "reconcile" and answer["exit_code"] == 1 else 0

    return ask(options.config, options.command, options.subject, show)


def _lines(command: str, answer: Any) -> list[str]:
    match command:
        case "plan" | "reconcile":
            return render(from_document(answer))
        case "plans":
            return [render_plan(plan_from_document(each))[0] + f": {each['reason']}" for each in answer] or ["no plans"]
        case "reject":
            return render_plan(plan_from_document(answer))
        case _:
            left = f"; {answer['changed_since']} changed since and were left alone" if answer["changed_since"] else ""
            return [f"plan {answer['plan']}: {answer['released']} released{left}"]
