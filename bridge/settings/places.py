"""How a place in the file and what is written there are shown to a person. Secrets are not shown. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from bridge.settings.secrets import REFERENCE

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SECRET = re.compile(r"passw|secret|token|auth|credential|cookie|(api|private|access|journal)[._-]?key", re.IGNORECASE)
_LONGEST = 80


def dotted(keys: Iterable[str | int]) -> str:
    """The dotted key as TOML writes it: names that need quotes are quoted, list items are [n]."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += ("." if text else "") + (key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False))
    return text


def shown(keys: Sequence[str | int], value: object) -> str | None:
    """The value as the file has it; None for tables, and for what may be a secret and is no reference."""
    if value is None or isinstance(value, dict):
        return None
    if _SECRET.search(".".join(str(key) for key in keys[-2:])) and not (
        isinstance(value, str) and REFERENCE.fullmatch(value)
    ):
        return None
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
