"""Named SQL: `load("links")` reads `links.sql` beside this file; each statement stands under a line `-- name --`."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- (\w+) --$", re.MULTILINE)


@cache
def load(name: str) -> dict[str, str]:
    """The statements of one file, by name."""
    text = files("bridge.journal").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    _, *parts = _NAME.split(text)
    if len(parts) != 2 * len(set(parts[::2])):
        raise ValueError(f"{name}.sql: a name stands twice")
    return {parts[i]: parts[i + 1].strip() for i in range(0, len(parts), 2)}
