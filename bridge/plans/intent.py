"""The intent of a create: written before it is sent, so that after a crash we know our own entry again. Pure.

An entry that stands at the intent's place, was not there when we looked, and has every value we meant to write is ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from connectors.sdk import Entry, Value

Normalise = Callable[[str, str, Sequence[Value]], frozenset[Value]]


@dataclass(frozen=True, slots=True)
class Intent:
    """`place` is the normalised locator; `names` are the attributes that were to be written."""

    place: str
    names: tuple[str, ...]
    digest: str

    def encode(self) -> str:
        return orjson.dumps({"place": self.place, "names": self.names, "digest": self.digest}).decode()

    @staticmethod
    def decode(text: str) -> Intent:
        raw = orjson.loads(text)
        return Intent(raw["place"], tuple(raw["names"]), raw["digest"])


def intend(place: str, entry: Entry, normalise: Normalise) -> Intent:
    """The intent to create this entry."""
    names = tuple(sorted(name for name, values in entry.attributes.items() if values))
    return Intent(place, names, digest(entry, names, normalise))


def is_ours(intent: Intent, found: Entry, normalise: Normalise) -> bool:
    """Whether the entry at the place has the values that were to be written, by the target's own rules."""
    return digest(found, intent.names, normalise) == intent.digest


def digest(entry: Entry, names: Sequence[str], normalise: Normalise) -> str:
    """One text for equal values of these attributes, by the target's own rules."""
    values = {
        name: sorted(repr(value) for value in normalise(entry.kind, name, entry.attributes.get(name, ())))
        for name in names
    }
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()
