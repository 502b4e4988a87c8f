"""Cursors are opened by who sealed them, for the search that they were sealed for."""

from __future__ import annotations

import re

import pytest

from bridge.journal.cursors import Cursor, Cursors
from bridge.journal.lists import Place

KEY = bytes(range(32))
SEARCH = ["entra", 'userName sw "a"']


@pytest.mark.parametrize("place", [None, Place(None, 5), Place("straße", 5), Place(1764000000123, 5), Place(0.1, 5)])
@pytest.mark.parametrize("total", [None, 0, 1_000_000])
def test_what_was_sealed_is_opened(place: Place | None, total: int | None) -> None:
    cursor = Cursor(1, place, 100, total, 1764000000123)

    assert cursor == Cursors(KEY).open(Cursors(KEY).seal(cursor, SEARCH), SEARCH)


def test_it_is_text_for_a_url_and_tells_nothing() -> None:
    cursor = Cursor(0, Place("barbara", 5), 100, 7, 0)
    one, other = Cursors(KEY).seal(cursor, SEARCH), Cursors(KEY).seal(cursor, SEARCH)

    assert re.fullmatch(r"[A-Za-z0-9_-]+", one)
    assert one != other


def test_another_key_or_search_does_not_open_it() -> None:
    sealed = Cursors(KEY).seal(Cursor(0, None, 100, 7, 0), SEARCH)

    assert Cursors(bytes(32)).open(sealed, SEARCH) is None
    assert Cursors(KEY).open(sealed, [*SEARCH, None]) is None
    for text in ("", "x", "é", sealed[:-1], sealed + "AAAA", sealed.swapcase()):
        assert Cursors(KEY).open(text, SEARCH) is None
