"""Versions and moments as text: a weak ETag, an xsd:dateTime."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


def etag(version: int) -> str:
    """A weak tag: the same resource may be shown in more ways than one."""
    return f'W/"{version}"'


@lru_cache(4096)
def timestamp(milliseconds: int) -> str:
    """Milliseconds since 1970 as a dateTime of RFC 7643 §2.3.5."""
    return f"{datetime.fromtimestamp(milliseconds // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
