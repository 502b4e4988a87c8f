"""The real daemon as a process, for tests: started, killed, stopped, and followed by what it logs.

Nothing here sleeps: a test waits for a log line, and `until` looks at its condition again at each new line.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
JOURNAL_KEY = "11" * 32


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


@dataclass
class Daemon:
    """`scim-bridge run` on the config `folder/bridge.toml`, written by `configure`."""

    folder: Path
    port: int = field(default_factory=free_port)
    ops: int = field(default_factory=free_port)
    token: str = "test-token"
    under: tuple[str, ...] = ()  # a command that runs it and stays out of the way, such as `strace -D`
    module: tuple[str, ...] = ("bridge",)  # what Python runs, and its first arguments
    log_level: str = "info"
    lines: list[dict[str, Any]] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None
    _news: threading.Condition = field(default_factory=threading.Condition)
    _follower: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/scim/v2"

    @property
    def config(self) -> Path:
        return self.folder / "bridge.toml"

    def configure(self, targets: str, **secrets: str) -> None:
        """Write the config: the usual head, these `[targets.*]` tables, and the secrets as files of mode 0600."""
        credentials = self.folder / "credentials"
        credentials.mkdir(mode=0o700, exist_ok=True)
        for name, value in {"scim-token": self.token, "journal-key": JOURNAL_KEY, **secrets}.items():
            path = credentials / name
            path.touch(mode=0o600)
            path.write_text(value)
        self.config.write_text(
            f"""
[journal]
path = "journal.db"
key = "file:credentials/journal-key"
[edge]
listen = "127.0.0.1:{self.port}"
base_url = "{self.url}"
[ops]
listen = "127.0.0.1:{self.ops}"
[clients.default]
token = "file:credentials/scim-token"
{targets}
"""
        )

    def start(self, *, wait: bool = True) -> Daemon:
        """Start it; with `wait`, come back when it is ready."""
        with (self.folder / "stderr").open("a") as stderr:
            self.process = subprocess.Popen(
                [
                    *self.under,
                    sys.executable,
                    "-m",
                    *self.module,
                    "run",
                    "--config",
                    str(self.config),
                    "--log-level",
                    self.log_level,
                ],
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        seen = len(self.lines)
        self._follower = threading.Thread(target=self._follow, args=(self.process,), daemon=True)
        self._follower.start()
        if wait:
            self.wait_for("daemon.ready", since=seen)
        return self

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        self._end()

    def stop(self, seconds: float = 10) -> int:
        """SIGTERM; returns the exit code, and fails when it takes longer than the promised time."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        finally:
            self._end()

    def _end(self) -> None:
        assert self.process is not None
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        if self._follower is not None:
            self._follower.join()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None

    def close(self) -> None:
        """End it if it runs."""
        if self.process is not None:
            self.kill()

    def wait_for(self, event: str, *, since: int = 0, seconds: float = 30, **fields: Any) -> dict[str, Any]:
        """The first log line of this event with these fields after line `since`."""

        def found() -> dict[str, Any] | None:
            return next(
                (x for x in self.lines[since:] if x.get("event") == event and fields.items() <= x.items()), None
            )

        line: dict[str, Any] = self.until(found, seconds=seconds)
        return line

    def until(self, condition: Callable[[], Any], *, seconds: float = 30) -> Any:
        """Look at the condition now and after each log line, until it holds.

        It is looked at with the lock free: else no line could be read meanwhile, and a daemon that logs into a full
        pipe would stand still just when the condition asks it something.
        """
        deadline = time.monotonic() + seconds
        while True:
            ended, seen = self.has_ended(), len(self.lines)
            if value := condition():  # it may be about the end, which may come just after this look
                return value
            left = deadline - time.monotonic()
            if left <= 0 or ended:
                why = "the daemon ended" if ended else f"not within {seconds} s"
                raise AssertionError(f"{why}; last lines: {self.lines[-5:]}\n{self.stderr()[-2000:]}")
            with self._news:
                if len(self.lines) == seen:
                    self._news.wait(min(left, 0.5))

    def said(self, event: str) -> bool:
        """Whether it has logged this event."""
        return any(line.get("event") == event for line in self.lines)

    def has_ended(self) -> bool:
        """Whether the process is gone and all that it logged was read."""
        gone = self.process is not None and self.process.poll() is not None
        return gone and (self._follower is None or not self._follower.is_alive())

    def stderr(self) -> str:
        path = self.folder / "stderr"
        return path.read_text() if path.exists() else ""

    def status(self) -> dict[str, Any]:
        """What /status of the ops listener says."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ops}/status", timeout=10) as answer:
            status: dict[str, Any] = json.load(answer)
            return status

    def command(self, *words: str, codes: tuple[int, ...] = (0,)) -> str:
        """What a command prints; it ends with one of these codes."""
        command = [sys.executable, "-m", "bridge", *words, "--config", str(self.config)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode in codes, done.stdout + done.stderr
        return done.stdout

    def ask(self, *words: str) -> Any:
        """What a command prints as JSON; 2 is the code of a plan with changes."""
        return json.loads(self.command(*words, "--json", codes=(0, 2)))

    def settled(self) -> bool:
        """Whether no target has anything left to deliver."""
        return all(t["backlog"] == 0 for t in self.status()["targets"].values())

    def send(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """One SCIM request; the status and the answer's JSON."""
        status, _, answer = self.exchange(method, path, body, **headers)
        return status, answer

    def exchange(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        """The same with the answer's headers, their names in lower case."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json", **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, shown, raw = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            status, shown, raw = error.code, error.headers, error.read()
        return status, {name.lower(): value for name, value in shown.items()}, json.loads(raw) if raw else None

    def _follow(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for text in process.stdout:
            try:
                line = json.loads(text)
            except ValueError:
                line = {"event": "not-json", "text": text}
            with self._news:
                self.lines.append(line)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()
