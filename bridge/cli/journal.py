"""`scim-bridge journal verify`: is the journal what it was when its rows were written?

Exit codes: 0 it is, 1 it cannot be read, 2 the config is wrong, 3 it was altered.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence

from bridge.daemon import wiring
from bridge.journal import JournalUnusable, anchors
from bridge.journal.chain import Place
from bridge.journal.verify import Verdict, verify_file
from bridge.settings import Settings, SettingsInvalid

ALTERED = 3


def run(options: argparse.Namespace) -> int:
    """Do what is asked with the journal of the config."""
    try:
        settings = wiring.load_settings(options.config)
    except SettingsInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 2
    try:
        return _verify(settings, options)
    except JournalUnusable as error:
        print(f"scim-bridge journal {options.action}: {error}", file=sys.stderr)
        return 1


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
