"""`scim-bridge why USER [TARGET]`: what each target should hold of a user or group, what it holds, and why not that."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from bridge.cli.asking import ask
from bridge.cli.links import departure, heading
from bridge.delivery.verdict import moment


def run(options: argparse.Namespace) -> int:
    """Explain; 0 whatever the answer is."""

    def show(answer: dict[str, Any]) -> int:
        print(json.dumps(answer, indent=2) if options.json else "\n".join(lines(answer)))
        return 0

    asked = {"target": options.target, "values": options.values}
    return ask(options.config, "why", options.subject, show, {k: v for k, v in asked.items() if v})


def lines(answer: dict[str, Any]) -> Iterator[str]:
    """The answer for people."""
    yield heading(answer["resource"])
    for target in answer["targets"]:
        yield f"{target['target']}: {target['state']}: {target['says']}"
        if "wanted" in target:
            yield from _target(target)
    yield "last changes:"
    for change in answer["changes"]:
        names = "erased" if change["attributes"] is None else ", ".join(change["attributes"]) or "-"
        what = f"{change['operation']} by {change['client']}, version {change['version']}"
        yield f"  {moment(change['at'])}  {what}: {names}"


def _target(target: dict[str, Any]) -> Iterator[str]:
    wanted, there = target["wanted"], target["there"]
    yield f"  wanted   {_wanted(wanted)}"
    yield from _attributes(wanted)
    for each in wanted.get("waits_for", ()):
        yield f"           {each['attribute']} names {each['resource']}, which has no entry there yet"
    yield f"  there    {_there(there)}"
    yield from _attributes(there)
    if to_do := list(_to_do(target["to_do"])):
        yield f"  to do    {', '.join(to_do)}"
    if target["departure"]:
        yield f"  leaves   {departure(target['departure'])}"
    for hold in target["held"]:
        yield f"  {hold['state']:8} {hold['operation']}, plan {hold['plan']}: {hold['reason']}"
    if target["next_attempt"] is not None:
        yield f"  next     {moment(target['next_attempt'])}, after {target['attempts']} attempts"
    if target["password"]:
        yield f"  password {_password(target['password'])}"


def _password(password: dict[str, Any]) -> str:
    """How it stands; what it is, nobody is told."""
    since, until = moment(password["at"]), moment(password["expires"])
    error = f": {password['text']}" if password["text"] else ""
    match password["state"]:
        case "parked":
            return f"refused{error}; tried again {moment(password['due'])}, erased {until}"
        case "waiting":
            return f"of {since} waits for an entry, erased {until}"
        case _:
            return f"of {since} is on its way{error}"


def _wanted(wanted: dict[str, Any]) -> str:
    locked = ", locked" if wanted.get("locked") else ""
    match wanted["aim"]:
        case "hold":
            return (
                f"an entry at {wanted['place'] or 'no place: what names it has no value'}{locked}: {wanted['because']}"
            )
        case "remove":
            return f"no entry: {wanted['because']}"
        case "leave":
            return f"the entry stays as it is{locked}, out of its groups: {wanted['because']}"
        case _:
            return f"unknown: {wanted['because']}"


def _there(there: dict[str, Any]) -> str:
    ours = f"{there['locator']} (id {there['id']}), version {there['version']}" if there["id"] else "no entry of ours"
    if not there["read"]:
        return f"{ours}; not read now: {there['because']}" if there["id"] else ours
    if not there["present"]:
        return f"{ours}, but the target has none: somebody removed it" if there["id"] else ours
    return ours if there["ours"] else "an entry that is not ours stands in that place"


def _attributes(shown: dict[str, Any]) -> Iterator[str]:
    attributes = shown.get("attributes")
    if isinstance(attributes, dict):
        for name, values in attributes.items():
            yield f"             {name}: {', '.join(values)}"
    elif attributes:
        yield f"           with {', '.join(attributes)}"


def _to_do(does: dict[str, Any]) -> Iterator[str]:
    yield from (word for word in ("create", "delete", "move", "lock", "unlock") if does.get(word))
    yield from (f"{verb} {attribute}" for attribute, verb in does.get("changes", ()))
    members = does.get("members") or {}
    for key, text in (("to_add", "add {} members"), ("to_remove", "remove {} members"), ("waiting", "{} members wait")):
        if members.get(key):
            yield text.format(members[key])
