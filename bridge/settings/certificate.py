"""The certificate of our own listener: two PEM files, loaded once to see that they can be used.

A renewed certificate is read by `renew`, into the context that the listener has already.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo

from bridge.settings.faults import Wrong

_REMEDY = "name a certificate (with its chain) and its key, in PEM, without a passphrase, that only we may read"


def _path(written: object, info: ValidationInfo) -> Path:
    if not isinstance(written, str) or not written:
        raise Wrong("is not the name of a file", _REMEDY)
    assert info.context is not None
    path: Path = info.context["secrets"].path(written)
    return path


PemFile = Annotated[Path, BeforeValidator(_path)]
"""A path below the config's folder, or `credential:NAME`."""


def open_certificate(certificate: Path, key: Path) -> ssl.SSLContext:
    """A server's context; `Wrong` where the two files are no certificate and its key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    renew(context, certificate, key)
    return context


def renew(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    """Show this certificate from the next connection on."""
    for path in (certificate, key):
        if not os.access(path, os.R_OK):
            raise Wrong(f"cannot read {path}", _REMEDY)
    try:
        context.load_cert_chain(certificate, key, password=_refuse)
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        raise Wrong(f"{certificate} and {key} are no certificate and its key ({reason})", _REMEDY) from None


def _refuse() -> bytes:
    """No passphrase: a daemon has nobody to ask."""
    return b""
