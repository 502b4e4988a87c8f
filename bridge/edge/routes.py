"""Where a request's path leads, and how the log names that: by its shape, never by what a client wrote into it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

USUAL = "/scim/v2"
"""Where SCIM is on the listener, whatever path a proxy shows to the world."""
FIXED = ("ServiceProviderConfig", "ResourceTypes", "Schemas", "Me", "Bulk")


class Route(NamedTuple):
    """The parts below the base, None where the path is not below it; and the name for the log."""

    parts: tuple[str, ...] | None
    name: str


class Routes:
    """Paths → routes, below the usual base and below the one that `base_url` names."""

    def __init__(self, base_url: str, endpoints: Iterable[str]) -> None:
        own = urlsplit(base_url).path.rstrip("/")
        self._bases = sorted({f"{own}/", f"{USUAL}/"}, key=len, reverse=True)  # one may begin with the other
        self._names = {name.lower(): f"/{name}" for name in (*endpoints, *FIXED)} | {"": "/", ".search": "/.search"}

    def find(self, raw_path: str) -> Route:
        """The route of a path as it came, percent-encoded. One slash more than is needed is one slash."""
        for base in self._bases:
            if raw_path.startswith(base) or raw_path == base[:-1]:
                parts = tuple([_part(part) for part in raw_path[len(base) :].split("/") if part])
                return Route(parts, self._name(parts))
        return Route(None, "elsewhere")

    def _name(self, parts: tuple[str, ...]) -> str:
        head = self._names.get(parts[0].lower() if parts else "")
        if head is None or len(parts) > 2:
            return "unknown"
        if len(parts) <= 1:
            return head
        return f"{head}/.search" if parts[1] == ".search" else f"{head}/{{id}}"


def _part(raw: str) -> str:
    return readable(unquote(raw)) if "%" in raw or not raw.isascii() else raw


def readable(text: str) -> str:
    """Text from a request line, whose bytes need not be UTF-8: what is none is shown as such."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
