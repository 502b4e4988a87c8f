"""Pages that a cursor leads to (RFC 9865): nothing is kept between them, and what is written meanwhile moves none.

A page begins behind the place where the one before ended, so who was there all the time is seen once; a resource whose
value of `sortBy` changes may be seen where it was, where it is, or both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bridge.edge.parts import Client, Edge
from bridge.edge.stretches import Sorted, Stretch
from bridge.journal import Connection
from bridge.journal.cursors import Cursor
from bridge.scim.errors import ExpiredCursor, InvalidCount, InvalidCursor, TooMany
from bridge.scim.messages import CURSOR_SECONDS, Search
from bridge.scim.resource_types import ResourceType


class Paging:
    """One search of one client, page by page."""

    def __init__(self, edge: Edge, client: Client, types: Sequence[ResourceType], search: Search) -> None:
        """Raises `InvalidCursor`, `ExpiredCursor` and `InvalidCount`."""
        self._edge = edge
        self._search: list[Any] = [client.name, client.tenant, [type_.name for type_ in types]]
        self._search += [search.filter, search.sort_by, search.descending]
        self._is_first = not search.cursor
        self._begin = (
            self._open(search.cursor, search.count) if search.cursor else Cursor(0, None, search.count, None, 0)
        )

    def page(self, db: Connection, stretches: Sequence[Stretch | Sorted]) -> tuple[list[int], int | None, str | None]:
        """The resources of the page by number, how many there are in all, and the cursor of the next page."""
        begin = replace(self._begin, total=_total(db, stretches)) if self._is_first else self._begin
        page: list[int] = []
        place = begin.place
        for number in range(begin.stretch, len(stretches) if begin.count else 0):
            part = stretches[number].behind(db, place, begin.count - len(page))
            page += [each.seq for each in part.places]
            if part.goes_on:
                return page, begin.total, self._seal(replace(begin, stretch=number, place=part.last))
            place = None
        return page, begin.total, None

    def _open(self, text: str, count: int) -> Cursor:
        cursor = self._edge.journal.cursors.open(text, self._search)
        if cursor is None:
            raise InvalidCursor("the cursor leads nowhere in this search: begin with an empty one")
        if self._edge.clock.now() - cursor.at > CURSOR_SECONDS * 1000:
            raise ExpiredCursor(f"the cursor is older than {CURSOR_SECONDS} seconds: begin with an empty one")
        if cursor.count != count:
            raise InvalidCount(f"count must be {cursor.count}, as it was with the first page")
        return cursor

    def _seal(self, cursor: Cursor) -> str:
        return self._edge.journal.cursors.seal(replace(cursor, at=self._edge.clock.now()), self._search)


def _total(db: Connection, stretches: Sequence[Stretch | Sorted]) -> int | None:
    """None where counting takes too long: RFC 9865 §2 lets us leave it out."""
    try:
        return sum(stretch.count(db) for stretch in stretches)
    except TooMany:
        return None
