"""A small hidden file beside a published one: that it was published, and the ids of rows that are not their keys.

The first tells a file that vanished from one that never was: only the second may be begun anew. The second keeps the
promise that an id is stable and is never given twice, without a column that nobody asked for: an id is the key that
the row was made with, so only renamed rows, and rows made where another was before, stand here.

The note is written before the file it speaks of, but for the first time. Where the bridge dies in between, it knows the
row by both keys, and the file says which of them is true.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from itertools import count
from pathlib import Path

from connectors.csv.publish import Place

REMEMBERED = 10_000
"""Ids of removed rows that are not given again."""


class Note:
    """The note of one published file. `ids` has the id of a key, where it is not the key itself."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f".{path.name}.scim-bridge")
        self.ids: dict[str, str] = {}
        self.retired: dict[str, None] = {}
        self._place = Place(self.path)
        self._written: tuple[dict[str, str], list[str]] | None = None

    def prepare(self) -> None:
        self._place.prepare()

    def load(self) -> None:
        """Read it where it is; a note that makes no sense says only that there was a publication."""
        self.ids, self.retired, self._written = {}, {}, None
        if self._place.signature() is None:
            return
        try:
            found = json.loads(self._place.read()[0])
            self.ids = {str(key): str(id_) for key, id_ in found["ids"].items()}
            self.retired = dict.fromkeys(str(id_) for id_ in found["retired"])
        except (ValueError, KeyError, TypeError, AttributeError):
            self.ids, self.retired = {}, {}
        self._written = self._content()

    @property
    def published(self) -> bool:
        return self._written is not None

    def id_of(self, key: str) -> str:
        return self.ids.get(key, key)

    def key_of(self, id_: str, rows: Collection[str]) -> str | None:
        """The key that the row of this id has now."""
        if id_ in rows and self.id_of(id_) == id_:
            return id_
        return next((key for key, known in self.ids.items() if known == id_ and key in rows), None)

    def make(self, key: str, rows: Collection[str]) -> str:
        """The id of a new row: its key, unless that is or was the id of another."""
        self.ids.pop(key, None)
        candidates = (key if number == 1 else f"{key}~{number}" for number in count(1))
        id_ = next(each for each in candidates if each not in self.retired and self.key_of(each, rows) is None)
        self._name(key, id_)
        return id_

    def rename(self, old: str, new: str) -> None:
        self._name(new, self.id_of(old))

    def retire(self, key: str) -> None:
        """The row of this key is to be removed."""
        self.retired[self.id_of(key)] = None

    def tidy(self, rows: Collection[str]) -> None:
        """Forget what no row bears any more; the file and the note are of one mind now."""
        if self.ids:
            self.ids = {key: id_ for key, id_ in self.ids.items() if key in rows}

    def save(self) -> None:
        """Write it, where it says anything new."""
        for id_ in list(self.retired)[:-REMEMBERED]:
            del self.retired[id_]
        if self._written != self._content():
            about = f"scim-bridge publishes the file beside this one. To begin it anew, remove both ({self.path.name})."
            content = {"about": about, "ids": self.ids, "retired": list(self.retired)}
            self._place.write((json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
            self._written = self._content()

    def _name(self, key: str, id_: str) -> None:
        self.ids.pop(key, None)
        if id_ != key:
            self.ids[key] = id_

    def _content(self) -> tuple[dict[str, str], list[str]]:
        return dict(self.ids), list(self.retired)
