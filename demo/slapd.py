"""A throw-away OpenLDAP: own folder, free port on loopback, ended by its own process id. Nothing system-wide.

Used by the demo, the tests and the benchmarks. slapd runs as `nobody` where we are root.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

BASE = "dc=example,dc=com"
ADMIN = f"cn=admin,{BASE}"
SERVICE = f"uid=bridge,ou=services,{BASE}"
POLICY = f"cn=policy,ou=services,{BASE}"
PASSWORD = "secret"
SCHEMAS = ("core", "cosine", "inetorgperson", "nis", "namedobject")
START_SECONDS = 10.0


class SlapdFailed(RuntimeError):
    """slapd did not start; the text is what it said."""


def installed() -> str | None:
    """Where slapd is; None where it is not installed."""
    return shutil.which("slapd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


@dataclass
class Slapd:
    """One server. `sync` makes every write durable (fsync), as in service; tests are quicker without."""

    folder: Path
    sync: bool = False
    overlays: tuple[str, ...] = ("ppolicy",)
    size_limit: int = 500
    local: bool = False  # a socket too, by which whoever opens it is the account that the bridge binds as (EXTERNAL)
    multival: bool = False  # large groups: sortvals and multival for member, see docs/targets/openldap.md
    access: tuple[str, ...] = ()  # lines olcAccess and olcLimits of the database, in place of ours
    port: int = field(default_factory=free_port)
    certificate: Path | None = None  # a folder with ca.crt, server.crt and server.key: StartTLS, and ldaps on `secure`
    ciphers: str = ""  # what of TLS it speaks, in GnuTLS's words; empty: as it likes
    secure: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def local_url(self) -> str:
        return f"ldapi://{quote(str(self.folder / 'run/ldapi'), safe='')}"

    @property
    def secure_url(self) -> str:
        return f"ldaps://127.0.0.1:{self.secure}"

    def prepare(self) -> Slapd:
        """Write the configuration and the first entries; once."""
        for name in ("config", "db", "run"):
            (self.folder / name).mkdir(parents=True)
        if self.certificate is not None:
            shutil.copytree(self.certificate, self.folder / "tls")
        (self.folder / "config.ldif").write_text(self._config())
        (self.folder / "first.ldif").write_text(first_entries(locks="ppolicy" in self.overlays))
        if os.getuid() == 0:
            self._run("chown", "-R", "nobody", str(self.folder))
            _open_to_all(self.folder)
        self._run(*self._drop(), "slapadd", "-n0", "-F", f"{self.folder}/config", "-l", f"{self.folder}/config.ldif")
        self._run(
            *self._drop(), "slapadd", "-F", f"{self.folder}/config", "-b", BASE, "-l", f"{self.folder}/first.ldif"
        )
        return self

    def load(self, ldif: Path) -> None:
        """Put entries in, as quickly as can be; before it is started."""
        self._run(*self._drop(), "slapadd", "-q", "-F", f"{self.folder}/config", "-b", BASE, "-l", str(ldif))

    def start(self) -> Slapd:
        """Start it and come back when it listens."""
        more = [self.secure_url] * (self.certificate is not None) + [self.local_url] * self.local
        doors = " ".join([self.url, *more])
        log = (self.folder / "slapd.log").open("ab")
        self.process = subprocess.Popen(
            [*self._drop(), "slapd", "-F", f"{self.folder}/config", "-h", doors, "-d", "256"],
            stdout=log,
            stderr=log,
            env=_environment(),
        )
        log.close()
        self._until_it_listens()
        return self

    def kill(self) -> None:
        """kill -9: nothing is flushed, nobody is told."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as an administrator would."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing answers. It stands still when this returns."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(how)
        self.process.wait(20)
        self.process = None

    def _until_it_listens(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.01)
        raise SlapdFailed((self.folder / "slapd.log").read_text(errors="replace")[-2000:])

    def _drop(self) -> list[str]:
        """setpriv executes in its own place, so the process id stays slapd's."""
        return ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"] if os.getuid() == 0 else []

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, env=_environment(), check=False)
        if done.returncode:
            raise SlapdFailed(f"{' '.join(command)}: {done.stdout}{done.stderr}")

    def _tls(self) -> str:
        if self.certificate is None:
            return ""
        speaks = f"olcTLSCipherSuite: {self.ciphers}\n" if self.ciphers else ""
        return _TLS.format(folder=self.folder / "tls") + speaks

    def _config(self) -> str:
        modules = "".join(f"olcModuleLoad: {name}\n" for name in ("back_mdb", *self.overlays))
        schemas = "\n".join(f"include: file:///etc/ldap/schema/{name}.ldif" for name in SCHEMAS)
        overlays = "".join(_OVERLAYS[name] for name in self.overlays)
        return _CONFIG.format(
            folder=self.folder,
            modules=modules,
            schemas=schemas,
            sync="FALSE" if self.sync else "TRUE",
            limit=self.size_limit,
            base=BASE,
            admin=ADMIN,
            service=SERVICE,
            password=PASSWORD,
            overlays=overlays,
            multival="olcDbMultival: member 100,50\n" if self.multival else "",
            access="\n".join(self.access) or _ACCESS.format(service=SERVICE, limit=self.size_limit),
            sortvals="olcSortVals: member\n" if self.multival else "",
            external=_EXTERNAL.format(service=SERVICE) if self.local else "",
            tls=self._tls(),
        )


def first_entries(locks: bool = False) -> str:
    """The tree that is there before the bridge comes: people, groups, and the account the bridge binds as.

    `locks`: a password policy too, without which OpenLDAP lets a locked account bind.
    """
    units = "".join(
        f"dn: ou={name},{BASE}\nobjectClass: organizationalUnit\nou: {name}\n\n"
        for name in ("people", "groups", "services", "left")
    )
    return (
        f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n\n{units}"
        f"dn: {SERVICE}\nobjectClass: account\nobjectClass: simpleSecurityObject\nuid: bridge\n"
        f"userPassword: {PASSWORD}\n\n"
    ) + (_POLICY if locks else "")


def _open_to_all(folder: Path) -> None:
    """slapd runs as nobody: it must be able to walk to its folder."""
    folder.chmod(0o755)
    for parent in folder.parents:
        if parent.owner() == "root" and parent.stat().st_mode & 0o777 == 0o700:
            parent.chmod(0o711)


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"}


_POLICY = f"""\
dn: {POLICY}
objectClass: applicationProcess
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdLockout: TRUE
"""

_CONFIG = """\
dn: cn=config
objectClass: olcGlobal
cn: config
olcPidFile: {folder}/run/slapd.pid
olcThreads: 4
{tls}{external}
dn: cn=module{{0}},cn=config
objectClass: olcModuleList
cn: module{{0}}
olcModulePath: /usr/lib/ldap
{modules}
dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

{schemas}

dn: olcDatabase={{-1}}frontend,cn=config
objectClass: olcDatabaseConfig
objectClass: olcFrontendConfig
olcDatabase: {{-1}}frontend
olcAccess: to dn.base="" by * read
olcAccess: to dn.base="cn=Subschema" by * read
olcSizeLimit: {limit}
{sortvals}
dn: olcDatabase={{1}}mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: {{1}}mdb
olcDbDirectory: {folder}/db
olcSuffix: {base}
olcRootDN: {admin}
olcRootPW: {password}
olcDbMaxSize: 1073741824
olcDbNoSync: {sync}
olcDbIndex: objectClass eq
olcDbIndex: entryUUID,entryCSN eq
olcDbIndex: uid,cn,sn,mail eq
olcDbIndex: member eq
{multival}{access}

{overlays}"""

_ACCESS = """\
olcAccess: to attrs=userPassword by dn.exact={service} write by anonymous auth by * none
olcAccess: to * by dn.exact={service} write by users read by * none
olcLimits: dn.exact={service} size.soft={limit} size.hard={limit} size.pr=200 size.prtotal=unlimited"""

_EXTERNAL = """\
olcAuthzRegexp: gidNumber=[0-9]+[+]uidNumber=[0-9]+,cn=peercred,cn=external,cn=auth {service}
"""

_TLS = """\
olcTLSCACertificateFile: {folder}/ca.crt
olcTLSCertificateFile: {folder}/server.crt
olcTLSCertificateKeyFile: {folder}/server.key
"""

_OVERLAYS = {
    "ppolicy": """\
dn: olcOverlay=ppolicy,olcDatabase={1}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcPPolicyConfig
olcOverlay: ppolicy
olcPPolicyDefault: {policy}

""".replace("{policy}", POLICY),
    "unique": """\
dn: olcOverlay=unique,olcDatabase={1}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcUniqueConfig
olcOverlay: unique
olcUniqueURI: ldap:///?mail,uidNumber?sub?

""",
    "memberof": """\
dn: olcOverlay=memberof,olcDatabase={1}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcMemberOfConfig
olcOverlay: memberof
olcMemberOfRefInt: TRUE
olcMemberOfGroupOC: groupOfNames
olcMemberOfMemberAD: member
olcMemberOfMemberOfAD: memberOf

""",
    "refint": """\
dn: olcOverlay=refint,olcDatabase={1}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcRefintConfig
olcOverlay: refint
olcRefintAttribute: member
olcRefintAttribute: manager

""",
}
