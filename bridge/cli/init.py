"""`scim-bridge init DIR`: a folder that works as it stands. Nothing that exists is ever overwritten."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.resources import files
from pathlib import Path

from bridge.clock import SystemClock
from bridge.journal import JournalError, open_journal, tokens
from bridge.settings import generate_key, parse_key


def run(options: argparse.Namespace) -> int:
    """Write config, credentials and journal; say what to do next."""
    folder: Path = options.directory
    taken = [name for name in ("bridge.toml", "credentials", "journal.db") if (folder / name).exists()]
    if taken:
        print(f"{folder} holds {', '.join(taken)} already; nothing was written. Name another folder.", file=sys.stderr)
        return 1
    try:
        _write(folder)
    except OSError as error:
        print(f"{folder}: {error.strerror}; the bridge was not written.", file=sys.stderr)
        return 1
    except JournalError as error:
        print(error, file=sys.stderr)
        return 1
    print(_next_steps(folder))
    return 0


def _write(folder: Path) -> None:
    credentials = folder / "credentials"
    folder.mkdir(parents=True, exist_ok=True)
    credentials.mkdir(mode=0o700)
    key = generate_key()
    _secret(credentials / "scim-token", tokens.generate())
    _secret(credentials / "journal-key", key)
    (folder / "bridge.toml").write_text(files("bridge.cli").joinpath("first.toml").read_text(), encoding="utf-8")
    open_journal(folder / "journal.db", parse_key(key), SystemClock()).close_now()


def _secret(path: Path, text: str) -> None:
    """A file that its owner alone can read, from its first moment on. The secret stands alone in it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text)


def _next_steps(folder: Path) -> str:
    return f"""\
{folder}/bridge.toml               the config: a SCIM edge on 127.0.0.1:8580, and one CSV target
{folder}/credentials/scim-token    the token your identity provider sends
{folder}/credentials/journal-key   seals the journal: keep a copy where you keep your other keys
{folder}/journal.db                the journal

Next:  scim-bridge run --config {folder}/bridge.toml"""
