"""Looks at places, those asked together as one search: a morning's creates each look first, and most find nothing.

One search names the entries by their DN (`entryDN`, RFC 5020). It is used only where the directory was seen to answer
such a filter; what it does not settle (no success, an entry that no place asked for) is looked at place by place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from connectors.ldap import dn, errors
from connectors.ldap.driver import Found, Result, Scope, Search
from connectors.ldap.filters import EVERYTHING, Any, Equal, Filter

MOST = 64
"""Places in one search: far below the limits that directories set on filters and results."""

_UNSETTLED = (errors.NO_SUCH_OBJECT, errors.SIZE_LIMIT, errors.ADMIN_LIMIT, *errors.CANNOT_SEE)

Looked = dict[str, Found]
"""What was found, by its DN as it is compared."""


class _Question(NamedTuple):
    base: str
    attributes: tuple[str, ...]


class _Batch(NamedTuple):
    """What is asked in this turn of the loop (by the DN as it is compared), and who waits to hear; None: of nothing."""

    places: dict[str, str]
    waiting: list[asyncio.Future[Looked | None]]


@dataclass
class Looks:
    """The looks of one directory; `ask` is its. `together` is set by a probe."""

    ask: Callable[..., Awaitable[Result]]
    together: bool = False
    _open: dict[_Question, _Batch] = field(default_factory=dict)

    async def at(self, base: str, place: str, attributes: tuple[str, ...]) -> Found | None:
        """The entry at a place below the base; None where there is none, or where we may not see it."""
        if not self.together:
            return await self._alone(place, attributes)
        question, compared = _Question(base, attributes), dn.folded(place)
        if question not in self._open:
            return (await self._for_all(question, {compared: place})).get(compared)
        batch = self._open[question]
        batch.places[compared] = place
        batch.waiting.append(asyncio.get_running_loop().create_future())
        looked = await batch.waiting[-1]
        return await self._alone(place, attributes) if looked is None else looked.get(compared)

    async def can_look_together(self, base: str) -> bool:
        """Whether the directory finds an entry that is there, and that alone, by a filter on its DN."""
        search = Search(base, Scope.SUBTREE, _named([base, f"cn=nothing,{base}"]), ("1.1",))
        result = await self.ask(search, *_UNSETTLED)
        return result.code == errors.SUCCESS and [dn.folded(f.dn) for f in result.found] == [dn.folded(base)]

    async def _for_all(self, question: _Question, places: dict[str, str]) -> Looked:
        """Who asks first in a turn of the loop asks for all. Should that fail, the others look for themselves."""
        batch = self._open[question] = _Batch(places, [])
        looked: Looked | None = None
        try:
            await asyncio.sleep(0)
            del self._open[question]
            looked = await self._look(question, list(places.items()))
            return looked
        finally:
            if self._open.get(question) is batch:  # given up before it was asked
                del self._open[question]
            for each in batch.waiting:
                if not each.done():  # whoever asked may have gone
                    each.set_result(looked)

    async def _look(self, question: _Question, places: list[tuple[str, str]]) -> Looked:
        looked: Looked = {}
        for start in range(0, len(places), MOST):
            looked |= await self._some(question, dict(places[start : start + MOST]))
        return looked

    async def _some(self, question: _Question, places: dict[str, str]) -> Looked:
        if len(places) > 1:
            search = Search(question.base, Scope.SUBTREE, _named(places.values()), question.attributes)
            result = await self.ask(search, *_UNSETTLED)
            looked = {dn.folded(found.dn): found for found in result.found}
            if result.code == errors.SUCCESS and not result.referrals and looked.keys() <= places.keys():
                return looked
        each = {compared: await self._alone(place, question.attributes) for compared, place in places.items()}
        return {compared: found for compared, found in each.items() if found is not None}

    async def _alone(self, place: str, attributes: tuple[str, ...]) -> Found | None:
        result = await self.ask(Search(place, Scope.BASE, EVERYTHING, attributes), errors.NO_SUCH_OBJECT)
        return next(iter(result.found), None)


def _named(places: Iterable[str]) -> Filter:
    return Any(tuple(Equal("entryDN", place.encode("utf-8", "surrogateescape")) for place in places))
