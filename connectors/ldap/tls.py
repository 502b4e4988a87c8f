"""Which authorities are trusted, and why TLS with a server failed, by the standard library: libldap does not tell."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from connectors.ldap.driver import Server

START_TLS = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
"""The request as it goes over the wire (RFC 4511 section 4.14)."""
_MACHINES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


def authorities(ca_certificate: str | None) -> str | None:
    """The file of those that are trusted; this machine's where none is given."""
    if ca_certificate is not None:
        return ca_certificate
    known = (ssl.get_default_verify_paths().cafile, *_MACHINES)
    return next((path for path in known if path and Path(path).is_file()), None)


def failure(server: Server, url: str) -> str | None:
    """Try TLS once more and say what is wrong with it; None where it is not TLS that fails."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (636 if parts.scheme == "ldaps" else 389)
    try:
        context = ssl.create_default_context(cafile=server.ca_certificate)
        with socket.create_connection((host, port), server.connect_timeout) as line:
            line.settimeout(server.answer_timeout)
            if server.start_tls:
                line.sendall(START_TLS)
                line.recv(4096)
            context.wrap_socket(line, server_hostname=host).close()
    except ssl.SSLError as error:
        return getattr(error, "verify_message", "") or error.reason or str(error)
    except FileNotFoundError:
        return f"there is no file {server.ca_certificate}"
    except OSError:
        return None
    return None
