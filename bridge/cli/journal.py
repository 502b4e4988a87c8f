"""`scim-bridge journal verify|backup|restore`.

Exit codes: 0 done, or the journal is what it was when its rows were written; 1 it cannot be done or read, 2 the config
is wrong, 3 the journal was altered.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from bridge.cli.asking import ask
from bridge.clock import SystemClock
from bridge.daemon import logs, wiring
from bridge.journal import JournalError, anchors
from bridge.journal.actions import operator
from bridge.journal.backup import BackupFailed, restore
from bridge.journal.chain import Place
from bridge.journal.verify import Verdict, verify_file
from bridge.settings import Settings, SettingsInvalid

ALTERED = 3


def run(options: argparse.Namespace) -> int:
    """Do what is asked with the journal of the config."""
    if options.action == "backup":
        return ask(options.config, "backup", str(options.file.absolute()), _show_backup)
    try:
        settings = wiring.load_settings(options.config)
    except SettingsInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 2
    try:
        return _restore(settings, options) if options.action == "restore" else _verify(settings, options)
    except (JournalError, BackupFailed) as error:
        print(f"scim-bridge journal {options.action}: {error}", file=sys.stderr)
        return 1


def _show_backup(copy: dict[str, Any]) -> int:
    print(f"{copy['file']}: {copy['bytes']} bytes, verified; the chain ends at {copy['seq']}:{copy['chain']}")
    return 0


def _restore(settings: Settings, options: argparse.Namespace) -> int:
    logs.configure("error", sys.stderr)
    path, key = settings.journal.path, settings.journal.key_bytes
    by = operator(os.getuid())
    restored = restore(options.file, path, key, SystemClock(), settings.targets, by, force=options.force)
    print(f"{path} is the backup now; its chain ends at {restored.end}")
    if restored.before:
        print(f"the journal that was there is {restored.before}")
    if restored.passwords:
        print(f"{restored.passwords} passwords that waited in it were erased: the targets may have newer ones")
    if restored.tokens:
        print(
            f"{restored.tokens} tokens of clients in it were ended, for some may have been revoked since: make new ones"
        )
        print("with `scim-bridge token add CLIENT`; the tokens that the config names are taken as ever")
    print("every target is paused. Start the daemon; then, for each: reconcile TARGET, read the plan, approve PLAN")
    print("(where there is nothing to change: targets resume TARGET)")
    return 0


def _places(texts: Sequence[str]) -> list[Place]:
    try:
        return [Place.parse(text) for text in texts]
    except ValueError:
        print("--anchor takes SEQ:HEX: seq and chain of a log line journal.anchored", file=sys.stderr)
        raise SystemExit(2) from None


def _verify(settings: Settings, options: argparse.Namespace) -> int:
    path = settings.journal.path
    beside = anchors.read(path)
    given = [*_places(options.anchor), *([beside] if beside else [])]
    verdict = verify_file(path, settings.journal.key_bytes, given)
    if options.json:
        print(json.dumps(_document(verdict), indent=2))
    else:
        print("\n".join(_lines(verdict)))
    return ALTERED if verdict.found else 0


def _document(verdict: Verdict) -> dict[str, object]:
    end = {"seq": verdict.end.seq, "chain": verdict.end.chain.hex()}
    return {
        "whole": not verdict.found,
        "begin": verdict.begin,
        "end": end,
        "rows": verdict.rows,
        "found": verdict.found,
    }


def _lines(verdict: Verdict) -> Iterator[str]:
    yield from verdict.found
    if verdict.found:
        yield f"the journal was altered ({len(verdict.found)} findings): restore a backup that verifies"
        return
    yield f"the chain is whole: {verdict.rows} rows, from {verdict.begin} to {verdict.end}"
