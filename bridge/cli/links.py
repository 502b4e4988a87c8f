"""`scim-bridge links show USER [TARGET]`, `relink USER TARGET ENTRY [--id]`, `unlink USER TARGET`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from bridge.cli.asking import ask
from bridge.delivery.verdict import moment


def run(options: argparse.Namespace) -> int:
    """Show the links of a user or group, or mend one."""

    def show(answer: dict[str, Any]) -> int:
        print(json.dumps(answer, indent=2) if options.json else "\n".join(_LINES[options.action](answer)))
        return 0

    command = "links" if options.action == "show" else options.action
    asked = {"target": options.target}
    if options.action == "relink":
        asked |= {"entry": options.entry, "by_id": options.by_id}
    return ask(options.config, command, options.subject, show, {k: v for k, v in asked.items() if v})


def _shown(answer: dict[str, Any]) -> Iterator[str]:
    yield heading(answer["resource"])
    for link in answer["links"]:
        yield from _link(link)
    if not answer["links"]:
        yield "  no target has ever taken it"


def heading(resource: dict[str, Any]) -> str:
    """Who it is, on one line."""
    deleted = f", deleted {moment(resource['deleted'])}" if resource["deleted"] else ""
    return (
        f"{resource['name']}: {resource['type']} {resource['id']}, tenant {resource['tenant']}, "
        f"version {resource['version']} of {moment(resource['modified'])}{deleted}"
    )


def _link(link: dict[str, Any]) -> Iterator[str]:
    yield f"{link['target']}: {link['state']}, wish {link['wish']}, done {link['done']}"
    if link["entry_id"] is None:
        yield "  entry     none of ours" + (f"; one is being made at {link['claim']}" if link["intent"] else "")
    else:
        yield f"  entry     {link['locator']} (id {link['entry_id']}), version {link['version']}"
    if link["claim"] and link["claim"] != link["locator"]:
        yield f"  claims    {link['claim']}"
    if link["waits_for"]:
        yield f"  waits for {link['waits_for']}, which must have it first"
    if link["waits_claim"]:
        yield f"  waits for {link['waits_claim']}, which another resource has"
    if link["disabled"]:
        yield "  locked    by us"
    if link["departure"]:
        told = {"how": link["departure"], "since": link["departed"], "next_step": link["next_step"]}
        yield f"  leaves    {departure(told)}"
    if link["state"] != "in_sync":
        yield f"  due       {moment(link['due'])}, after {link['attempts']} attempts"
    if link["error"]:
        yield f"  error     {error(link)}"
        if link["fix"]:
            yield f"            → {link['fix']}"


def departure(told: dict[str, Any]) -> str:
    """How it leaves, since when, and when the next step of that is due."""
    step = f"; the next step is due at {moment(told['next_step'])}" if told["next_step"] else ""
    return f"{told['how']} since {moment(told['since'])}{step}"


def error(link: dict[str, Any]) -> str:
    """What its last attempt came to."""
    code = f" (code {link['code']})" if link["code"] else ""
    attribute = f"{link['attribute']}: " if link["attribute"] else ""
    return f"{attribute}{link['text'] or link['error']}{code}"


def _relinked(answer: dict[str, Any]) -> Iterator[str]:
    name, target = answer["resource"]["name"], answer["target"]
    before = f"; {answer['before']} is not ours any more and stays as it is" if answer["before"] else ""
    yield f"{name} at {target} is {answer['entry']} now{before}"
    changes = [f"{verb} {attribute}" for attribute, verb in answer["to_do"].get("changes", ())]
    moves = ["rename or move"] if answer["to_do"].get("move") else []
    yield f"  to be delivered: {', '.join(moves + changes) or 'nothing; it is as it is wanted'}"
    if answer["waits"]:
        yield f"  but {answer['waits']}"


def _unlinked(answer: dict[str, Any]) -> Iterator[str]:
    name, target, before = answer["resource"]["name"], answer["target"], answer["before"]
    if before is None:
        yield f"{name} at {target} had no entry of ours; nothing waits for it any more"
        return
    yield f"{name} at {target}: {before} is not ours any more; nothing was written there"
    yield "  the next change of it makes a new entry, or is parked while that one stands in its place"


_LINES = {"show": _shown, "relink": _relinked, "unlink": _unlinked}
