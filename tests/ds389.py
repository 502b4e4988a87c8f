"""A throw-away 389 Directory Server: own folder, free port on loopback, ended by its own process id.

    ds389        one server for the whole session, with memberOf and referential integrity
    ds389_tree   a branch of its own below it for each test, with the rights of docs/targets/389ds.md for our account

The instance is made by `dscreate`, which takes five seconds. Where 389 is not installed, its tests are skipped with a
line that says so. The server runs as `dirsrv`, the account that its package makes, so the tests need root.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from demo.slapd import BASE, PASSWORD, SERVICE, free_port
from tests.documented import block
from tests.slapd import Tree, connected, plant

MANAGER = "cn=Directory Manager"
MANAGER_PASSWORD = "secret-of-the-manager"
PLUGINS = ("MemberOf Plugin", "referential integrity postoperation")
START_SECONDS = 60.0
ACCOUNT = ["setpriv", "--reuid", "dirsrv", "--regid", "dirsrv", "--clear-groups"]


@dataclass
class Ds389:
    """One server."""

    folder: Path
    port: int = field(default_factory=free_port)
    plugins: tuple[str, ...] = PLUGINS
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def config(self) -> Path:
        return self.folder / "root/etc/dirsrv/slapd-test"

    def prepare(self) -> Ds389:
        """Make the instance; once."""
        self.folder.chmod(0o755)
        instance = _INSTANCE.format(port=self.port, base=BASE, password=MANAGER_PASSWORD)
        (self.folder / "instance.inf").write_text(instance)
        shutil.chown(self.folder, "dirsrv", "dirsrv")
        self._run("mkdir", f"{self.folder}/bin")
        self._run("dscreate", "ds-root", f"{self.folder}/root", f"{self.folder}/bin")
        self._run(f"{self.folder}/bin/dscreate", "from-file", f"{self.folder}/instance.inf")
        dse = self.config / "dse.ldif"
        dse.write_text(_configured(dse.read_text(), self.plugins))
        return self

    def start(self) -> Ds389:
        """Start it and wait until it answers."""
        (self.folder / "root/run/dirsrv").mkdir(parents=True, exist_ok=True)
        shutil.chown(self.folder / "root/run/dirsrv", "dirsrv", "dirsrv")
        pid = self.folder / "root/run/dirsrv/slapd-test.pid"
        command = [*ACCOUNT, "/usr/sbin/ns-slapd", "-D", str(self.config), "-i", str(pid), "-d", "0"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=self._environment())
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"389 DS did not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.02)
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()  # it takes seconds to end in order, and nobody needs what it holds
            self.process.wait()
            self.process = None

    def _run(self, *command: str) -> None:
        command = (*ACCOUNT, *command)
        done = subprocess.run(command, capture_output=True, text=True, env=self._environment(), check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")

    def _environment(self) -> dict[str, str]:
        path = f"{self.folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {**os.environ, "HOME": str(self.folder), "PATH": path}


_INSTANCE = """\
[general]
config_version = 2
full_machine_name = localhost
strict_host_checking = False
start = False
[slapd]
instance_name = test
port = {port}
root_dn = cn=Directory Manager
root_password = {password}
self_sign_cert = False
user = dirsrv
group = dirsrv
[backend-userroot]
suffix = {base}
create_suffix_entry = True
sample_entries = no
"""


def _configured(dse: str, plugins: tuple[str, ...]) -> str:
    """Loopback alone, these plugins on, and a log that is written at once."""
    entries = []
    for entry in dse.replace("\n ", "").split("\n\n"):
        lines = entry.strip("\n").split("\n")
        name = lines[0].lower()
        if name == "dn: cn=config":
            lines += ["nsslapd-listenhost: 127.0.0.1", "nsslapd-accesslog-logbuffering: off"]
        if any(name == f"dn: cn={plugin.lower()},cn=plugins,cn=config" for plugin in plugins):
            lines = [line for line in lines if not line.lower().startswith("nsslapd-pluginenabled")]
            lines.append("nsslapd-pluginEnabled: on")
        entries.append("\n".join(lines))
    return "\n\n".join(entries) + "\n\n"


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def need_ds389() -> None:
    """Skip, loudly, where there is no 389 DS or we may not start it."""
    if shutil.which("dscreate", path="/usr/sbin:/usr/bin") is None:
        pytest.skip("389 DIRECTORY SERVER IS NOT INSTALLED: nothing of this was tested (apt-get install 389-ds-base)")
    if os.getuid() != 0:
        pytest.skip("389 DIRECTORY SERVER NEEDS ROOT HERE: nothing of this was tested")


@pytest.fixture(scope="session")
def ds389() -> Iterator[Ds389]:
    need_ds389()
    with tempfile.TemporaryDirectory(prefix="ds389-", dir="/tmp") as folder:
        server = Ds389(Path(folder)).prepare()
        try:
            yield server.start()
        finally:
            server.stop()


@pytest.fixture(scope="session")
def ds389_admin(ds389: Ds389) -> Iterator[Any]:
    """A connection of the manager; the account that the bridge binds as is made with it."""
    line = connected(ds389.url, MANAGER, MANAGER_PASSWORD)
    services = f"ou=services,{BASE}"
    for dn, classes, values in (
        (services, "organizationalUnit", {}),
        (SERVICE, ["account", "simpleSecurityObject"], {"uid": "bridge", "userPassword": PASSWORD}),
    ):
        _, result, *_ = line.add(dn, classes, values)
        assert result["result"] == 0, result
    yield line
    line.unbind()


@pytest.fixture
def ds389_tree(ds389: Ds389, ds389_admin: Any) -> Tree:
    tree = plant(ds389, ds389_admin)
    tree.modify(tree.base, aci=rights(tree.base))
    return tree


def rights(base: str) -> list[str]:
    """The access rules of our page about 389 DS, for everything below this base."""
    listed = [line.removeprefix("aci: ") for line in block("389ds", "aci: ")]
    assert listed
    return [line.replace(f"ou=people,{BASE}", base).replace(f"ou=groups,{BASE}", base) for line in listed]
