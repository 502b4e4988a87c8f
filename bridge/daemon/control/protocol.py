"""How the CLI and the daemon speak: one JSON line asks, one JSON line answers, over a Unix socket beside the journal.

    {"command": "plan", "subject": "corp", "options": {}}
    {"result": …}   or   {"error": "there is no target 'crop'; targets: corp, nightly"}

The socket has mode 0600, and the kernel says who calls (SO_PEERCRED): the uid goes into the log of what was asked, and
into the journal's chain with what was done.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

NAME = "control.sock"
LONGEST_LINE = 16 * 1024 * 1024
"""Bytes; a plan of a large target is one line."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, about what, by whom: `uid` as the kernel said it."""

    command: str
    subject: str | None
    uid: int
    options: Mapping[str, Any] = field(default_factory=dict)


class CommandFailed(Exception):
    """A command could not be carried out; the text is for the operator."""


class NoDaemon(Exception):
    """Nobody listens on the control socket."""


@contextmanager
def address(folder: Path) -> Iterator[str]:
    """The socket's path as the kernel takes it: at most 107 bytes, however deep the folder is."""
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{handle}/{NAME}"
    finally:
        os.close(handle)


def ask(
    folder: Path,
    command: str,
    subject: str | None = None,
    options: Mapping[str, Any] | None = None,
    *,
    seconds: float | None = None,
) -> Any:
    """Ask the daemon whose journal is in `folder`; raises `NoDaemon`, or `CommandFailed` with the daemon's words."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as line:
        line.settimeout(seconds)
        try:
            with address(folder) as path:
                line.connect(path)
        except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError) as error:
            raise NoDaemon(str(error)) from None
        question = {"command": command, "subject": subject, "options": dict(options or {})}
        line.sendall(orjson.dumps(question) + b"\n")
        answer = orjson.loads(_everything(line) or b'{"error": "the daemon ended before it answered"}')
    if "error" in answer:
        raise CommandFailed(answer["error"])
    return answer["result"]


def _everything(line: socket.socket) -> bytes:
    parts = []
    while part := line.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def peer_uid(line: socket.socket) -> int:
    """The user id of the process at the other end."""
    pid_uid_gid = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    uid: int = struct.unpack("3i", pid_uid_gid)[1]
    return uid
