"""What an update takes away, and the entry without that: the rest of it is delivered while a part is held. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from bridge.mapping import Rules
from connectors.sdk import Attributes, Change, Entry, Verb


def cleared(changes: Iterable[Change]) -> tuple[str, ...]:
    """The attributes that would lose all their values."""
    return tuple(c.attribute for c in changes if c.verb is Verb.REPLACE and not c.values)


def written_over(changes: Iterable[Change], have: Attributes) -> tuple[str, ...]:
    """The attributes that hold something which would be lost."""
    return tuple(c.attribute for c in changes if c.verb is not Verb.ADD and have.get(c.attribute))


def switched_off(rules: Rules, changes: Iterable[Change]) -> str | None:
    """The attribute by which the account would be disabled."""
    switch = rules.switch
    if switch is None:
        return None
    return next((c.attribute for c in changes if c.attribute == switch.attribute and c.values == (switch.off,)), None)


def naming(entry: Entry, applied: Entry, locate: Callable[[Entry], str], claim: str) -> frozenset[str]:
    """The attributes whose new values would put the entry at another place than the one it claims."""
    moving, before = set(), applied.attributes
    for name, values in entry.attributes.items():
        if before.get(name) and before[name] != values:
            alone = replace(applied, attributes={**before, name: values})
            if _place(alone, locate) != claim:
                moving.add(name)
    return frozenset(moving)


def keeping(entry: Entry, names: Collection[str], have: Attributes) -> Entry:
    """The entry with these attributes as they are at the target."""
    return replace(entry, attributes={**entry.attributes, **{name: have.get(name, ()) for name in names}})


def _place(entry: Entry, locate: Callable[[Entry], str]) -> str | None:
    try:
        return locate(entry)
    except (LookupError, ValueError):
        return None
