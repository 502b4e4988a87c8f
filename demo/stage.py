"""What the demo stands on: an OpenLDAP, a REST app, a CSV file, and `scim-bridge run` between them and the story.

Everything lives in one temporary folder, on loopback and free ports, and is ended by its own process id.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

import aiohttp
import ldap3

from bridge.settings import generate_key
from demo.slapd import ADMIN, BASE, PASSWORD, SERVICE, Slapd, free_port, installed

ROOT = Path(__file__).parents[1]
READY_SECONDS = 15.0
Say = Callable[[str], None]


class Stage:
    """An async context manager: everything runs inside, nothing outside."""

    def __init__(self, folder: Path, say: Say) -> None:
        self.folder = folder
        self.say = say
        self.token = secrets.token_urlsafe(24)
        self.app_token = secrets.token_urlsafe(24)
        self.port, self.ops = free_port(), free_port()
        self.app_port = 0
        self.directory: Slapd | None = None
        self._processes: list[subprocess.Popen[Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/scim/v2"

    @property
    def app_url(self) -> str:
        return f"http://127.0.0.1:{self.app_port}"

    @property
    def file(self) -> Path:
        return self.folder / "drops" / "users.csv"

    @property
    def config(self) -> Path:
        return self.folder / "bridge.toml"

    async def __aenter__(self) -> Self:
        try:
            self._start_directory()
            self._start_app()
            self._configure()
            await self._start_bridge()
        except BaseException:
            self._end()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._end()

    def _start_directory(self) -> None:
        if installed() is None:
            self.say("OpenLDAP is not installed: the demo goes on with the REST app and the CSV file alone.")
            self.say("  (on Debian or Ubuntu, as root: apt-get install slapd ldap-utils)")
            return
        self.directory = Slapd(self.folder / "slapd", sync=True).prepare().start()
        self.say(f"OpenLDAP runs on {self.directory.url}")

    def _start_app(self) -> None:
        command = [sys.executable, "-m", "demo.app", "--port", "0", "--token", self.app_token]
        app = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self._processes.append(app)
        assert app.stdout is not None
        self.app_port = int(app.stdout.readline().split()[-1])
        self.say(f"the REST app runs on {self.app_url}")

    def _configure(self) -> None:
        credentials = self.folder / "credentials"
        credentials.mkdir(mode=0o700)
        for name, secret in {
            "scim-token": self.token,
            "journal-key": generate_key(),
            "app-token": self.app_token,
            "corp-bind": PASSWORD,
        }.items():
            path = credentials / name
            path.touch(mode=0o600)
            path.write_text(secret)
        parts = ["bridge.toml", *(["directory.toml"] if self.directory else [])]
        text = "\n".join((ROOT / "demo" / "config" / part).read_text() for part in parts)
        places = {
            "port": self.port,
            "ops": self.ops,
            "app": self.app_url,
            "directory": self.directory.url if self.directory else "",
            "base": BASE,
            "bind_dn": SERVICE,
        }
        for name, value in places.items():
            text = text.replace(f"@{name}@", str(value))
        self.config.write_text(text)

    async def _start_bridge(self) -> None:
        with (self.folder / "bridge.log").open("ab") as log:
            command = [sys.executable, "-m", "bridge", "run", "--config", str(self.config)]
            bridge = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        self._processes.append(bridge)
        deadline = time.monotonic() + READY_SECONDS
        async with aiohttp.ClientSession() as session:
            while not await _ready(session, f"http://127.0.0.1:{self.port}/readyz"):
                if bridge.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"the bridge did not start:\n{(self.folder / 'bridge.log').read_text()}")
                await asyncio.sleep(0.05)
        self.say(f"scim-bridge runs: SCIM on {self.url}")

    async def cli(self, *words: str) -> str:
        """What a command of `scim-bridge` prints."""
        command = [sys.executable, "-m", "bridge", *words, "--config", str(self.config)]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        out, _ = await process.communicate()
        return out.decode()

    async def eventually(self, differences: Callable[[], Awaitable[list[str]]], what: str, seconds: float) -> None:
        """Come back when there are no differences; give up, and say which, after so many seconds."""
        deadline = time.monotonic() + seconds
        while wrong := await differences():
            if time.monotonic() > deadline:
                shown = "\n".join(f"  {line}" for line in wrong[:20])
                log = "\n".join((self.folder / "bridge.log").read_text().splitlines()[-15:])
                raise SystemExit(f"FAILED: {what} did not become equal within {seconds:.0f} s:\n{shown}\n\n{log}")
            await asyncio.sleep(0.2)

    async def edit_by_hand(self, login: str, attribute: str, value: str) -> None:
        """What an administrator does with ldapmodify."""
        assert self.directory is not None
        change = f"dn: uid={login},ou=people,{BASE}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n"
        command = ["ldapmodify", "-x", "-H", self.directory.url, "-D", ADMIN, "-w", PASSWORD]
        await asyncio.to_thread(subprocess.run, command, input=change.encode(), check=True, capture_output=True)

    async def ldapsearch(self, filter_: str, attributes: list[str]) -> str:
        assert self.directory is not None
        command = [
            "ldapsearch",
            "-LLL",
            "-o",
            "ldif-wrap=no",
            "-x",
            "-H",
            self.directory.url,
            "-D",
            ADMIN,
            "-w",
            PASSWORD,
        ]
        command += ["-b", BASE, filter_, *attributes]
        done = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, text=True)
        return "\n".join(f"  {line}" for line in done.stdout.strip().splitlines())

    async def app_state(self) -> dict[str, Any]:
        """All that the app holds."""
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {self.app_token}"}) as session,
            session.get(f"{self.app_url}/state") as answer,
        ):
            state: dict[str, Any] = json.loads(await answer.read())
            return state

    def places(self) -> str:
        lines = [f"  app    {self.app_url}", f"  file   {self.file}", f"  config {self.config}"]
        if self.directory is not None:
            lines.insert(0, f"  LDAP   {self.directory.url} as {ADMIN}, password {PASSWORD}")
        return "\n".join(lines)

    def _end(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        if self.directory is not None:
            self.directory.stop()


def read_directory(directory: Slapd) -> ldap3.Connection:
    """A connection that reads all, bound as the administrator."""
    return ldap3.Connection(
        ldap3.Server(directory.url, get_info=ldap3.NONE, connect_timeout=5),
        ADMIN,
        PASSWORD,
        auto_bind=True,
        receive_timeout=10,
    )


async def _ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
