"""What the daemon really wrote, synced and answered, as strace saw it.

`strace -D` traces from a process beside: the daemon is our child still, and is killed and stopped as ever. The tracer
holds the daemon's output open, so that whoever has read it to its end has a whole trace.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SYNCS = ("fdatasync", "fsync")
_CALLS = (*SYNCS, "pwrite64", "ftruncate", "sendto")
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>")
_CALL = re.compile(r"(\w+)\(\d+<([^>]*)>(.*)\) += (-?\d+)", re.DOTALL)
_DATA = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_NUMBER = re.compile(r", (\d+)")


@dataclass(frozen=True, slots=True)
class Call:
    """One system call; `began` and `ended` are lines of the trace. `data` is as much of it as was recorded."""

    began: int
    ended: int
    name: str
    path: str
    data: bytes
    numbers: tuple[int, ...]
    result: int

    @property
    def acknowledges(self) -> bool:
        """Whether a client is told that its request was done."""
        return self.name == "sendto" and self.data.startswith(b"HTTP/1.1 20")


def tracer(trace: Path, *options: str, data: int = 16) -> tuple[str, ...]:
    """The command under which a daemon is traced into this file, with so many bytes of what it writes."""
    strace = ("strace", "-D", "-f", "--seccomp-bpf", "-qq", "-y", "-xx", "-s", str(data), "-e", "signal=none")
    return (*strace, "-o", str(trace), "-e", f"trace={','.join(_CALLS)}", *options)


def need_strace() -> None:
    """Skip, loudly, where strace is missing or may not trace."""
    tries = ["strace", "-qq", "-o", "/dev/null", "true"]
    if shutil.which("strace") is None or subprocess.run(tries, check=False, capture_output=True).returncode:
        pytest.skip("strace is not there, or may not trace here: NOT TESTED what reaches the disk, and when")


def calls(trace: Path) -> Iterator[Call]:
    """The calls in the order in which they ended; those that never ended are left out."""
    pending: dict[str, tuple[int, str]] = {}
    with trace.open() as lines:
        for number, line in enumerate(lines):
            thread, _, text = line.rstrip("\n").partition(" ")
            text = text.lstrip()
            began = number
            if text.endswith("<unfinished ...>"):
                pending[thread] = number, text.removesuffix("<unfinished ...>").rstrip()
                continue
            if (resumed := _RESUMED.match(text)) is not None:
                began, first = pending.pop(thread)
                text = first + text[resumed.end() :]
            if (call := _call(began, number, text)) is not None:
                yield call


def _call(began: int, ended: int, text: str) -> Call | None:
    parts = _CALL.match(text)
    if parts is None:
        return None
    name, path, rest, result = parts.groups()
    data = _DATA.search(rest)
    numbers = _NUMBER.findall(rest[data.end() :] if data else rest)
    return Call(
        began,
        ended,
        name,
        _bytes(path).decode(),
        _bytes(data[1]) if data else b"",
        tuple(map(int, numbers)),
        int(result),
    )


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", "")) if text.startswith("\\x") else text.encode()
