"""A small hidden file beside a published one: that it was published, and which rows were renamed last.

The first tells a file that vanished from one that never was: only the second may be begun anew. The second makes a
rename safe. The id of a row is its key, so a rename changes it; where the bridge dies between the publication and
its own note of it, it asks for the old id, and is led to the row. Written before the file it speaks of.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from pathlib import Path

from connectors.csv.publish import Place

KEPT = 2048
"""Renames remembered; far more than can be under way at once."""


class Note:
    """The note of one published file."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f".{path.name}.scim-bridge")
        self._place = Place(self.path)
        self._written: dict[str, str] | None = None
        self.renamed: dict[str, str] = {}

    def prepare(self) -> None:
        self._place.prepare()

    def load(self) -> None:
        """Read it where it is; a note that makes no sense says only that there was a publication."""
        self._written = None
        self.renamed = {}
        if self._place.signature() is None:
            return
        try:
            found = json.loads(self._place.read()[0])["renamed"]
            self.renamed = {str(old): str(new) for old, new in found.items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            self.renamed = {}
        self._written = dict(self.renamed)

    @property
    def published(self) -> bool:
        return self._written is not None

    def resolve(self, key: str, rows: Container[str]) -> str | None:
        """The key that the row of this key has now."""
        seen: set[str] = set()
        while key not in rows:
            seen.add(key)
            following = self.renamed.get(key)
            if following is None or following in seen:
                return None
            key = following
        return key

    def rename(self, old: str, new: str) -> None:
        self.renamed.pop(new, None)
        self.renamed.pop(old, None)
        self.renamed[old] = new

    def forget(self, key: str) -> None:
        """A row was made or removed here: nothing leads to this key, or away from it, any more."""
        if self.renamed:
            self.renamed = {old: new for old, new in self.renamed.items() if key not in (old, new)}

    def save(self) -> None:
        """Write it, where it says anything new."""
        if self._written == self.renamed:
            return
        last = dict(list(self.renamed.items())[-KEPT:])
        self._place.write(_text(last, self.path.name).encode())
        self.renamed, self._written = last, dict(last)


def _text(renamed: Mapping[str, str], name: str) -> str:
    about = f"scim-bridge publishes the file beside this one. To begin it anew, remove both ({name})."
    return json.dumps({"about": about, "renamed": dict(renamed)}, ensure_ascii=False, indent=1) + "\n"
