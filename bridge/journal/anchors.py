"""The anchor beside the journal: a file with the last known place of the chain, as `SEQ:HEX`.

It is no secret, and no proof by itself: who can write the journal can write it too. It is there against accidents (an
older copy put back); against people, keep the anchors of the log on another machine.
"""

from __future__ import annotations

import os
from pathlib import Path

from bridge.journal.chain import Place


def path_of(journal: Path) -> Path:
    """Where the anchor of a journal is."""
    return journal.with_name(journal.name + "-anchor")


def write(journal: Path, place: Place) -> None:
    """Put the anchor into its file, whole or not at all."""
    path = path_of(journal)
    new = path.with_name(path.name + ".new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(handle, "w", encoding="ascii") as file:
        file.write(f"{place}\n")
    new.replace(path)


def read(journal: Path) -> Place | None:
    """The anchor, where there is one that can be read."""
    try:
        return Place.parse(path_of(journal).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
