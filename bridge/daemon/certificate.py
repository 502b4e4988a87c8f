"""The certificate that the edge shows, read anew at each reload: a renewed one needs no restart."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import structlog

from bridge.settings import EdgeSettings
from bridge.settings.certificate import open_certificate, renew
from bridge.settings.faults import Wrong

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files, and the context that the listener has; None where we speak plain text."""

    files: tuple[Path, Path] | None
    context: ssl.SSLContext | None

    @classmethod
    def of(cls, edge: EdgeSettings) -> Self:
        return cls(edge.tls, open_certificate(*edge.tls) if edge.tls else None)

    def renew(self) -> None:
        """Show what the files hold now; where they hold none any more, what was shown stays."""
        if self.files is None or self.context is None:
            return
        try:
            renew(self.context, *self.files)
        except Wrong as wrong:
            log.error("edge.certificate_kept", reason=wrong.problem, remedy=wrong.remedy)
