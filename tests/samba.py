"""A throw-away Samba AD DC, for Active Directory: own folder, own loopback address, ended by its own process id.

    samba        one domain for the whole session, by TLS, its passwords under AD's usual rules
    samba_tree   a branch of its own below it for each test, with the rights of docs/targets/active-directory.md

Its ports are fixed (389 and 636), so it gets a loopback address of its own. Where Samba is not installed, or we are not
root, its tests are skipped with a line that says so.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import ldap3
import pytest

from tests import certificates
from tests.documented import block
from tests.slapd import Tree, connected, plant

BASE = "DC=ad,DC=example,DC=test"
ADMINISTRATOR = f"CN=Administrator,CN=Users,{BASE}"
SERVICE = f"CN=scim-bridge,OU=services,{BASE}"
BRANCHES = f"OU=branches,{BASE}"
PASSWORD = "Passw0rd!Ad1"
START_SECONDS = 60.0
_numbers = count(1)


def _address() -> str:
    """A loopback address that nobody else is likely to have taken."""
    return f"127.{random.randint(1, 254)}.{random.randint(1, 254)}.{random.randint(2, 254)}"


@dataclass
class Samba:
    """One domain controller."""

    folder: Path
    address: str = field(default_factory=_address)
    process: subprocess.Popen[bytes] | None = None
    port: int = 636

    @property
    def url(self) -> str:
        return f"ldaps://{self.address}"

    @property
    def plain_url(self) -> str:
        return f"ldap://{self.address}"

    @property
    def authority(self) -> str:
        return str(self.folder / "tls/ca.crt")

    def prepare(self) -> Samba:
        """Provision the domain; once."""
        self.tool("domain", "provision", "-s", "/dev/null", f"--targetdir={self.folder}/dc", *_DOMAIN)
        certificates.make(self.folder / "tls", self.address, "dc1.ad.example.test")
        (self.folder / "tls/server.key").chmod(0o600)
        config = self.folder / "dc/etc/smb.conf"
        config.write_text(_configured(config.read_text(), self.folder, self.address))
        return self

    def start(self) -> Samba:
        """Start it and wait until it answers."""
        config = self.folder / "dc/etc/smb.conf"
        command = ["samba", "-i", "-M", "single", "-s", str(config), "--debug-stdout", "-d", "1"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self.address):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Samba did not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.02)
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
            self.process = None

    def tool(self, *arguments: str) -> None:
        """Run samba-tool on the domain's own files."""
        done = subprocess.run(["samba-tool", *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"samba-tool {arguments[0]}: {done.stdout}{done.stderr}"[-3000:])


_DOMAIN = (
    "--server-role=dc",
    "--use-rfc2307",
    "--dns-backend=NONE",
    "--realm=AD.EXAMPLE.TEST",
    "--domain=ADTEST",
    f"--adminpass={PASSWORD}",
    "--host-name=dc1",
    "--host-ip=127.0.0.1",
    "--option=interfaces=lo",
    "--option=bind interfaces only=yes",
)

_KRB5 = """\
[libdefaults]
default_realm = {realm}
dns_lookup_kdc = false
dns_canonicalize_hostname = false
rdns = false
[realms]
{realm} = {{
 kdc = {address}
}}
"""

_GLOBAL = """\
[global]
interfaces = {address}/8
bind interfaces only = yes
server services = ldap kdc
pid directory = {folder}/run
ncalrpc dir = {folder}/ncalrpc
winbindd socket directory = {folder}/run/winbindd
ntp signd socket directory = {folder}/run/ntp
log file = {folder}/samba.log
tls enabled = yes
tls certfile = {folder}/tls/server.crt
tls keyfile = {folder}/tls/server.key
tls cafile = {folder}/tls/ca.crt
ldap server require strong auth = allow_sasl_over_tls
"""


def _configured(config: str, folder: Path, address: str) -> str:
    ours = ("interfaces", "server services", "bind interfaces")
    lines = [line for line in config.splitlines() if not line.strip().startswith(ours)]
    (folder / "run").mkdir()
    return "\n".join(lines).replace("[global]\n", _GLOBAL.format(folder=folder, address=address)) + "\n"


def _answers(address: str) -> bool:
    try:
        socket.create_connection((address, 636), 1).close()
    except OSError:
        return False
    return True


def need_samba() -> None:
    """Skip, loudly, where there is no Samba or we may not start it."""
    if shutil.which("samba-tool") is None or shutil.which("samba", path="/usr/sbin:/usr/bin") is None:
        pytest.skip("SAMBA IS NOT INSTALLED: nothing of Active Directory was tested (apt-get install samba-ad-dc)")
    if os.getuid() != 0:
        pytest.skip("SAMBA'S DOMAIN CONTROLLER NEEDS ROOT: nothing of Active Directory was tested")


@pytest.fixture(scope="session")
def samba() -> Iterator[Samba]:
    need_samba()
    with tempfile.TemporaryDirectory(prefix="samba-", dir="/tmp") as folder:
        server = Samba(Path(folder)).prepare()
        try:
            yield server.start()
        finally:
            server.stop()


@pytest.fixture(scope="session")
def samba_admin(samba: Samba) -> Iterator[Any]:
    """A connection of the administrator; the account that the bridge binds as is made with it, and gets its rights."""
    line = connected(samba.url, ADMINISTRATOR, PASSWORD)
    account = {"sAMAccountName": "scim-bridge", "userAccountControl": "512", "unicodePwd": quoted(PASSWORD)}
    for dn, object_class, values in (
        (f"OU=services,{BASE}", "organizationalUnit", {}),
        (SERVICE, "user", account),
        (BRANCHES, "organizationalUnit", {}),
    ):
        _, result, *_ = line.add(dn, object_class, values)
        assert result["result"] == 0, result
    _, _, found, _ = line.search(SERVICE, "(objectClass=*)", "BASE", attributes=["objectSid"])
    sddl = f"(A;CI;{rights()};;;{_sid(found[0]['raw_attributes']['objectSid'][0])})"
    samba.tool("dsacl", "set", f"--objectdn={BRANCHES}", f"--sddl={sddl}", "-H", f"{samba.folder}/dc/private/sam.ldb")
    yield line
    line.unbind()


@pytest.fixture
def samba_ticket(samba: Samba, samba_admin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for a ticket is the bridge's account, by a keytab."""
    controller = f"CN=DC1,OU=Domain Controllers,{BASE}"
    _, result, *_ = samba_admin.modify(
        controller, {"servicePrincipalName": [(ldap3.MODIFY_ADD, [f"ldap/{samba.address}"])]}
    )
    assert result["result"] == 0, result
    keytab, config = tmp_path / "bridge.keytab", tmp_path / "krb5.conf"
    domain = f"{samba.folder}/dc/etc/smb.conf"
    samba.tool("domain", "exportkeytab", str(keytab), "--principal=scim-bridge", "-s", domain)
    config.write_text(_KRB5.format(realm="AD.EXAMPLE.TEST", address=samba.address))
    monkeypatch.setenv("KRB5_CONFIG", str(config))
    monkeypatch.setenv("KRB5_CLIENT_KTNAME", str(keytab))
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/tickets")


@pytest.fixture
def samba_tree(samba: Samba, samba_admin: Any) -> Tree:
    return plant(samba, samba_admin, base=f"OU=t{next(_numbers)},{BRANCHES}")


def quoted(password: str) -> bytes:
    """As `unicodePwd` wants it."""
    return f'"{password}"'.encode("utf-16-le")


def rights() -> str:
    """What our page about Active Directory gives the account with dsacls, in the letters of SDDL."""
    (given,) = {line.rpartition(":")[2].rstrip('"') for line in block("active-directory", "dsacls ")}
    return given.replace("CA", "CR")


def _sid(raw: bytes) -> str:
    """A security identifier as text ([MS-DTYP] 2.4.2)."""
    parts = [int.from_bytes(raw[at : at + 4], "little") for at in range(8, len(raw), 4)]
    return "-".join(map(str, ("S", raw[0], int.from_bytes(raw[2:8], "big"), *parts)))
