"""What is sent and what comes back: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson


class Doing(StrEnum):
    """What a call is for."""

    READ = "read"  # one entry
    LIST = "list"
    CREATE = "create"
    UPDATE = "update"  # also members and switches
    DELETE = "delete"

    @property
    def writes(self) -> bool:
        return self in (Doing.CREATE, Doing.UPDATE, Doing.DELETE)


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request: `path` is encoded, and follows the base URL; with an `etag`, if nothing changed since."""

    method: str
    path: str
    body: Any = None
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the whole body, bounded."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def is_html(self) -> bool:
        return "html" in self.headers.get("Content-Type", "") or self.body.lstrip()[:1] == b"<"

    def json(self) -> Any:
        """The body as JSON; raises `ValueError`."""
        return orjson.loads(self.body)

    def json_or_none(self) -> Any:
        try:
            return self.json()
        except ValueError:
            return None
