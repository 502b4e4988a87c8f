"""What is peculiar to one kind of sender. A profile is data: a name, what the sender is not offered, and its rules.

What would be harmless from anybody is no business of a profile: the engine takes it from all.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of sender. `withholds` names features of discovery (`bulk`, `sort`, …) that it is not offered."""

    name: str
    withholds: frozenset[str] = frozenset()
