"""`scim-bridge plan TARGET|PLAN`, `reconcile TARGET`, `plans`, `approve PLAN [--only USER]`, `reject PLAN`."""

from __future__ import annotations

import argparse
import json
from typing import Any

from bridge.cli.asking import ask
from bridge.reconcile.report import from_document, plan_from_document, render, render_plan


def run(options: argparse.Namespace) -> int:
    """Ask, and show the answer. `plan`: 0 nothing to change or decide, 2 something, 1 not readable."""

    def show(answer: Any) -> int:
        print(json.dumps(answer, indent=2) if options.json else "\n".join(_lines(options.command, answer)))
        if options.command == "plan":
            return int(answer["exit_code"])
        return 1 if options.command == "reconcile" and answer["exit_code"] == 1 else 0

    said = {name: value for name in ("only", "fewer") if (value := getattr(options, name, None))}
    return ask(options.config, options.command, options.subject, show, said)


def _lines(command: str, answer: Any) -> list[str]:
    match command:
        case "plan" | "reconcile" if "read" in answer:
            return render(from_document(answer))
        case "plan":
            return render_plan(plan_from_document(answer["plan"]))
        case "plans":
            return [line for each in answer for line in _summary(each)] or ["no plans"]
        case "reject":
            return render_plan(plan_from_document(answer))
        case _:
            left = f"; {answer['changed_since']} changed since and were left alone" if answer["changed_since"] else ""
            return [f"plan {answer['plan']}: {answer['released']} released{left}"]


def _summary(document: dict[str, Any]) -> list[str]:
    """A plan on one line; on two where somebody has to decide."""
    first, *_, last = lines = render_plan(plan_from_document(document))
    told = [f"{first}: {document['reason']}"]
    return [*told, f"  {document['changes']} changes; {last}"] if len(lines) > 2 and "approve" in last else told
