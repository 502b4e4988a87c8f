"""The seam between the connector and a library that speaks LDAP: plain operations in, a result out.

A driver is bounded: every operation ends within the timeouts of its `Server`. It interprets nothing: a `Result`
carries the server's code, also where the code says failure. What is raised says how far the request came, for that
decides whether it may be repeated. Everything here is frozen and picklable: ldap3 lives in a child process
(`process.py`), python-ldap in ours (`libldap_driver.py`). What goes there and back for each entry has no slots: those
of a frozen dataclass are pickled by Python, twice as slowly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple, Protocol

from connectors.ldap.filters import Filter

Values = tuple[bytes, ...]


class Bind(StrEnum):
    """How we say who we are: a name and its password, the socket's own word for us, or a Kerberos ticket."""

    SIMPLE = "simple"
    EXTERNAL = "external"
    GSSAPI = "gssapi"


@dataclass(frozen=True, slots=True)
class Server:
    """Where the directory is, who we are there, and how long to wait. Holds a password: never logged."""

    urls: tuple[str, ...]
    bind_dn: str
    password: str = field(repr=False)
    ca_certificate: str | None = None
    start_tls: bool = False
    bind: Bind = Bind.SIMPLE
    connect_timeout: float = 3.0
    answer_timeout: float = 6.0
    connections: int = 8


class Scope(StrEnum):
    """How far a search goes. The values are RFC 4516's words."""

    BASE = "base"
    ONE = "one"
    SUBTREE = "sub"


class Do(IntEnum):
    """What a change does with its values. The values are RFC 4511's numbers."""

    ADD = 0
    DELETE = 1
    REPLACE = 2


@dataclass(frozen=True, slots=True)
class Mod:
    """One change of a modify; the order of changes is kept."""

    do: Do
    attribute: str
    values: Values


@dataclass(frozen=True)
class Add:
    """`read_back`: what to answer of the new entry, by the post-read control (RFC 4527)."""

    dn: str
    attributes: Mapping[str, Values]
    read_back: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Modify:
    """`only_if`: the assertion control (RFC 4528); nothing happens unless it holds."""

    dn: str
    mods: tuple[Mod, ...]
    only_if: Filter | None = None


@dataclass(frozen=True, slots=True)
class ModifyDn:
    """Rename, and move where `superior` is given; the old name's value goes."""

    dn: str
    rdn: str
    superior: str | None = None
    only_if: Filter | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    dn: str
    only_if: Filter | None = None


@dataclass(frozen=True, slots=True)
class SetPassword:
    """Password Modify (RFC 3062) of the entry at `dn`. Never logged."""

    dn: str
    password: bytes = field(repr=False)


@dataclass(frozen=True)
class Search:
    """`limit`: at most so many entries; none = as the server allows."""

    base: str
    scope: Scope
    where: Filter
    attributes: tuple[str, ...]
    limit: int = 0


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page of a long read. All pages of one `read` share a connection: a cookie is worth nothing elsewhere."""

    read: int
    search: Search
    size: int
    cookie: bytes = b""


@dataclass(frozen=True, slots=True)
class EndRead:
    """The read is over; its connection is let go."""

    read: int


@dataclass(frozen=True, slots=True)
class StartAfresh:
    """Forget that a bind was refused and which server was unreachable: a probe is about to look again."""


Operation = Add | Modify | ModifyDn | Delete | SetPassword | Search | ReadPage | EndRead | StartAfresh
WRITES = (Add, Modify, ModifyDn, Delete, SetPassword)


class Found(NamedTuple):
    """One entry of a search, as the server wrote it."""

    dn: str
    attributes: dict[str, Sequence[bytes]]


@dataclass(frozen=True)
class Result:
    """What the server answered. `cookie`: empty where a paged read is complete. `referrals`: parts held elsewhere."""

    code: int
    diagnostic: str = ""
    matched: str = ""
    found: tuple[Found, ...] = ()
    cookie: bytes = b""
    referrals: tuple[str, ...] = ()


class DriverError(Exception):
    """The operation has no result. The text is for a person."""


class Unreachable(DriverError):
    """No connection: nothing was sent."""


class Untrusted(DriverError):
    """TLS failed (certificate, name, protocol): nothing was sent, not even the password."""


class NoCredentials(DriverError):
    """There is nothing that we could say who we are by: no ticket, or no library for it."""


class BindRefused(DriverError):
    """The server does not take our credentials; not tried again until `StartAfresh`."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


class NoAnswer(DriverError):
    """The request was sent, and the connection broke or the time was up before the answer."""


class Driver(Protocol):
    """One directory, asked many things at a time from one event loop."""

    @property
    def pid(self) -> int | None:
        """The process that speaks LDAP, where that is another one."""

    async def run(self, operation: Operation) -> Result:
        """What the server answered; a `DriverError` where it did not."""

    def tell(self, operation: Operation) -> None:
        """Hand over what needs no answer."""

    async def close(self) -> None:
        """Let go of all connections; quick, whatever hangs."""
