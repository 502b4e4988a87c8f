"""A whole list, answer by answer, in any of the usual ways to cut it, and whether it was whole.

A list ends when the target says so: an answer without entries (page, offset), without a next cursor, or without a
next link. Never because an answer was short: a target may give less than was asked for. A read in which entries came
twice, or another number of them than the total says, or the same place was named again is not complete.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from connectors.rest.body import at
from connectors.rest.settings import Paging, Style
from connectors.sdk import TargetMisconfigured
from connectors.sdk.http import Answer, Doing, Part, Seen, document

Fetch = Callable[[str], Awaitable[Answer]]
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel\s*=\s*"?[^",;]*\bnext\b', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pager:
    """Reads a list: `items` is where it stands in an answer, `ident` names an item, `base` is the target's URL."""

    paging: Paging
    items: str | None
    ident: Callable[[Any], str]
    base: str

    async def read(self, path: str, fetch: Fetch) -> AsyncIterator[Part]:
        """All parts, in order; the last one alone may be complete."""
        seen, places, place = Seen(), set[str](), self._first(path)
        while place not in places:
            places.add(place)
            answer = await fetch(place)
            found = document(answer, Doing.LIST)
            items = self.items_of(found)
            if self.paging.total is not None:
                seen.totals.add(str(at(found, self.paging.total)))
            fresh = seen.take(items, self.ident)
            following = self._following(path, place, answer, found, len(items) if fresh else 0)
            if following is None:
                yield Part(tuple(fresh), complete=not seen.moved and self._ended(answer))
                return
            yield Part(tuple(fresh))
            place = following
        yield Part(())

    def _first(self, path: str) -> str:
        start = {Style.PAGE: 1, Style.OFFSET: 0}.get(self.paging.style)
        first = self.paging.first if self.paging.first is not None else start
        return (
            self.sized(path, self.paging.size)
            if first is None
            else _with(self.sized(path, self.paging.size), self._parameter, str(first))
        )

    def _following(self, path: str, place: str, answer: Answer, found: Any, count: int) -> str | None:
        """Where the next part is; None after the last."""
        match self.paging.style:
            case Style.NONE:
                return None
            case Style.LINK:
                return self._link(place, answer)
            case Style.CURSOR:
                cursor = at(found, self.paging.next)
                return _with(self.sized(path, self.paging.size), self._parameter, str(cursor)) if cursor else None
            case Style.PAGE | Style.OFFSET:
                step = count if self.paging.style is Style.OFFSET else 1
                return _stepped(place, step) if count else None

    def _ended(self, answer: Answer) -> bool:
        """Whether nothing follows, as far as an answer without paging can say."""
        return self.paging.style is not Style.NONE or next_link(answer) is None

    def items_of(self, found: Any) -> list[Any]:
        """The items of one answer."""
        items = at(found, self.items)
        if not isinstance(items, list):
            where = f"at {self.items}" if self.items else "in it"
            raise TargetMisconfigured(f"answered without a list {where}; correct items, or look what the API changed")
        return items

    def _link(self, place: str, answer: Answer) -> str | None:
        """The next link as a path below our base: our credentials go nowhere else."""
        link = next_link(answer)
        if link is None:
            return None
        there = urljoin(self.base + place, link)
        if urlsplit(there)[:2] != urlsplit(self.base)[:2] or not there.startswith(self.base + "/"):
            raise TargetMisconfigured("names a next page that is not below base_url; it is not followed")
        return there.removeprefix(self.base)

    def sized(self, path: str, size: int) -> str:
        """The path of a list in parts of this size, where the size can be asked for."""
        parameter = self.paging.size_parameter
        return path if parameter is None else _with(path, parameter, str(size))

    @property
    def _parameter(self) -> str:
        return self.paging.parameter or self.paging.style.value


def next_link(answer: Answer) -> str | None:
    """The target of `Link: <…>; rel="next"` (RFC 8288)."""
    found = _NEXT.search(answer.headers.get("Link", ""))
    return found[1] if found else None


def _with(path: str, name: str, value: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{quote(name, safe='')}={quote(value, safe='')}"


def _stepped(place: str, step: int) -> str:
    """The place with a number that is greater by `step`: it is the last parameter."""
    before, _, number = place.rpartition("=")
    return f"{before}={int(number) + step}"
