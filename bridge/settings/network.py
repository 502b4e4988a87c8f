"""Addresses: where to listen ("host:port"), who may connect, the URL that clients know. Pure: no name is looked up."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

from bridge.settings.faults import Wrong

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_LISTEN = 'write "host:port", as in "127.0.0.1:8580" or "[::1]:8580"'
_URL = 'write the URL by which clients reach the bridge, as in "https://scim.example.com/scim/v2"'


class Address(NamedTuple):
    """A host and a port; a pair, so that it can be handed to a listener as it is."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_address(written: object) -> Address:
    """A listener's address."""
    return written if isinstance(written, Address) else _split(written)


def parse_loopback(written: object) -> Address:
    """The address of a listener that tells without a token: this machine alone may reach it."""
    address = parse_address(written)
    if not address.is_loopback:
        raise Wrong(
            "would tell everybody on the network: there is no token and no TLS here",
            f'listen on "127.0.0.1:{address.port}"',
        )
    return address


def parse_network(written: object) -> Network:
    """An address, or a network of addresses."""
    try:
        return ipaddress.ip_network(written if isinstance(written, Network) else str(written))
    except ValueError:
        raise Wrong("is neither an address nor a network", 'write "10.0.0.7" or "10.0.0.0/24"') from None


def _split(written: object) -> Address:
    if not isinstance(written, str):
        raise Wrong("is not host:port", _LISTEN)
    host, colon, port = written.strip().rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not colon or not bare or (":" in bare and bare == host):
        raise Wrong("is not host:port", _LISTEN)
    if not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise Wrong("has no port between 0 and 65535", _LISTEN)
    return Address(bare, int(port))


def parse_base_url(written: str) -> str:
    """An absolute http(s) URL without query, fragment or user; a slash at its end is dropped."""
    try:
        url = urlsplit(written.strip())
        usable = url.scheme in ("http", "https") and bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        raise Wrong("is not a URL", _URL) from None
    if not usable:
        raise Wrong("is not an http or https URL", _URL)
    if url.query or url.fragment or url.username or any(c.isspace() for c in written.strip()):
        raise Wrong("has more than scheme, host, port and path", _URL)
    return written.strip().rstrip("/")
