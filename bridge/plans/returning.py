"""By which keys somebody who left is known again: attributes of the entry, as the target compares them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.plans.intent import Normalise, digest
from connectors.sdk import Entry


def returns(entry: Entry, keys: Sequence[str], normalise: Normalise) -> str | None:
    """A digest of the values of all keys; None where one of them has none: who cannot be known cannot return."""
    if not keys or not all(entry.attributes.get(name) for name in keys):
        return None
    return digest(entry, keys, normalise)
