"""The intent of a create: written before it is sent, so that after a crash we know our own entry again. Pure.

An entry that stands at the intent's place, was not there when we looked, and has every value we meant to write is ours.
Nearly every intent is forgotten unread, so values are compared when one is read, not when it is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from bridge.mapping.entry_json import decode
from connectors.sdk import Entry, Value

Normalise = Callable[[str, str, Sequence[Value]], frozenset[Value]]


@dataclass(frozen=True, slots=True)
class Intent:
    """The entry that was to be made, and its place: the normalised locator."""

    place: str
    entry: Entry

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes that were to be written."""
        return tuple(self.entry.attributes)

    @staticmethod
    def decode(text: str) -> Intent:
        raw = orjson.loads(text)
        return Intent(raw["place"], decode(raw["entry"]))


def intend(place: str, entry: str) -> str:
    """The intent to make this entry there, as text; so is the entry (`entry_json`)."""
    return orjson.dumps({"place": place, "entry": entry}).decode()


def is_ours(intent: Intent, found: Entry, normalise: Normalise) -> bool:
    """Whether the entry at the place has the values that were to be written, by the target's own rules."""
    names = intent.names
    return digest(found, names, normalise) == digest(intent.entry, names, normalise)


def digest(entry: Entry, names: Sequence[str], normalise: Normalise) -> str:
    """One text for equal values of these attributes, by the target's own rules."""
    values = {
        name: sorted(repr(value) for value in normalise(entry.kind, name, entry.attributes.get(name, ())))
        for name in names
    }
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()
