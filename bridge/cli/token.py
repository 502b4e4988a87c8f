"""`scim-bridge token add CLIENT`, `list`, `rotate NAME`, `revoke NAME`.

A token is made here and shown once, alone on stdout; what is to be said of it goes to stderr. The daemon and the
journal get its digest.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

from bridge.cli.asking import ask
from bridge.delivery.verdict import moment
from bridge.journal import tokens
from bridge.settings.amounts import parse_duration
from bridge.settings.faults import Wrong

LONGEST = 100 * 365 * 86400
"""Seconds that a token may live."""


def run(options: argparse.Namespace) -> int:
    """Make, list or end tokens."""
    try:
        return {"add": _make, "rotate": _make, "list": _list, "revoke": _revoke}[options.action](options)
    except Wrong as wrong:
        print(f"scim-bridge token {options.action}: {wrong.problem}; {wrong.remedy}", file=sys.stderr)
        return 2


def _make(options: argparse.Namespace) -> int:
    token = tokens.generate()
    asked: dict[str, Any] = {"digest": tokens.digest(token).hex()}
    if options.expires is not None:
        asked["lifetime"] = _duration("--expires", options.expires)
    if options.action == "rotate":
        asked["keep"] = 0 if options.keep == "0" else _duration("--keep", options.keep)
    elif options.name is not None:
        asked["name"] = _name(options.name)

    def show(answer: dict[str, Any]) -> int:
        if options.json:
            print(json.dumps({"token": token, **answer}, indent=2))
            return 0
        print("\n".join(made_lines(answer)), file=sys.stderr)
        print(token)
        return 0

    return ask(options.config, f"token {options.action}", _name(options.subject), show, asked)


def _duration(option: str, text: str) -> int:
    """Milliseconds."""
    try:
        seconds = parse_duration(text)
    except Wrong as wrong:
        raise Wrong(f"{option} {text} {wrong.problem}", 'write a time such as "90d" (s, m, h, d)') from None
    if seconds > LONGEST:
        raise Wrong(f"{option} {text} is more than 100 years", "leave it out for a token that does not end by itself")
    return round(seconds * 1000)


def _name(text: str) -> str:
    """What may be a name; a token is none, and is not repeated here."""
    if text.startswith(tokens.PREFIX):
        raise Wrong("that is a token", "give its name: `token list` shows the names")
    if not 1 <= len(text) <= 64 or not text.isprintable() or text != text.strip():
        raise Wrong(f"{text!r} is no name", "write 1 to 64 characters, without control characters")
    return text


def _list(options: argparse.Namespace) -> int:
    def show(answer: dict[str, Any]) -> int:
        print(json.dumps(answer, indent=2) if options.json else "\n".join(list_lines(answer)))
        return 0

    return ask(options.config, "token list", None, show)


def _revoke(options: argparse.Namespace) -> int:
    asked: dict[str, Any] = {"old": True} if options.old else {}
    subject: str | None = None
    if options.subject.startswith(tokens.PREFIX):
        asked["digest"] = tokens.digest(options.subject).hex()
    else:
        subject = _name(options.subject)

    def show(answer: dict[str, Any]) -> int:
        print(json.dumps(answer, indent=2) if options.json else "\n".join(revoked_lines(answer)))
        return 0

    return ask(options.config, "token revoke", subject, show, asked)


def made_lines(answer: dict[str, Any]) -> Iterator[str]:
    """What is to be said of a new token, and of the one whose name it has got."""
    name, client = answer["name"], answer["client"]
    yield f"{name}: a token of the client {client}, {_end(answer['expires'])}; it is shown this once"
    if "kept_until" in answer:
        yield from _before(name, answer["kept_until"])
    yield from _in_config(answer)


def _before(name: str, until: int | None) -> Iterator[str]:
    if until is None:
        yield "the one before is not taken any more"
    else:
        yield f"the one before is taken until {moment(until)}; end it earlier: token revoke {name} --old"


def list_lines(answer: dict[str, Any]) -> Iterator[str]:
    """All tokens, for people."""
    for token in answer["tokens"]:
        made, used = moment(token["made"]), _used(token["used"])
        yield f"{token['name']}: of the client {token['client']}, made {made}, {used}, {_STATES[token['state']](token)}"
    for each in answer["config"]:
        used = f"last used {moment(each['used'])}" if each["used"] else "not used since the daemon was started"
        yield f"{each['place']}: in the config, {used}; exchange it there, then reload"
    if not answer["tokens"]:
        yield "none in the journal: `token add CLIENT` makes one"


def _used(at: int | None) -> str:
    return f"last used {moment(at)}" if at else "never used"


def _end(expires: int | None) -> str:
    return f"taken until {moment(expires)}" if expires else "taken until it is revoked"


_STATES: dict[str, Callable[[dict[str, Any]], str]] = {
    "current": lambda token: _end(token["expires"]),
    "replaced": lambda token: f"replaced, {_end(token['expires'])}",
    "expired": lambda token: f"not taken since {moment(token['expires'])}",
    "no_client": lambda _: "not taken: the config has no such client",
}


def revoked_lines(answer: dict[str, Any]) -> Iterator[str]:
    """What was ended, for people."""
    name, client = answer["name"], answer["client"]
    if not answer["ended"]:
        yield f"{name}: no token before it is taken any more; nothing was changed"
    elif answer["old"]:
        yield f"{name}: what it replaced is not taken any more; the token itself is"
    else:
        yield f"{name}: no token of this name is taken from the client {client} any more"
    yield from _in_config(answer)


def _in_config(answer: dict[str, Any]) -> Iterator[str]:
    for place in answer.get("in_config", ()):
        yield f"but {place} in the config is the same, and is taken: exchange it there, then reload"
