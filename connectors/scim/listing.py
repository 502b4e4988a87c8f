"""A whole list of a service, answer by answer, and whether it was whole (RFC 7644 §3.4.2.4, RFC 9865).

By index the next answer begins behind what has come, whatever `itemsPerPage` says. The last one has no resources, or is
refused: a total is not believed to be the end, for some services count one answer alone, ignore `startIndex`, and give
fewer than they were asked for (AWS did all three). Complete is a list whose total was the same all the time, and is
what came, each once; so from the list of such a service nobody is absent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from connectors.scim.resource import Json
from connectors.sdk import Refused, TargetMisconfigured
from connectors.sdk.http import Answer, Doing, Part, Seen, document

Fetch = Callable[[str], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Listing:
    """How lists are read: in answers of `size`, by cursor or by index."""

    size: int
    by_cursor: bool = False

    @property
    def start(self) -> dict[str, str]:
        """Where the first answer begins."""
        return {"cursor": ""} if self.by_cursor else {"startIndex": "1"}

    async def read(self, path: str, parameters: Mapping[str, str], fetch: Fetch) -> AsyncIterator[Part]:
        """All parts in order; the last one alone may be complete."""
        seen, places, place = Seen(), set[str](), self.start
        while (at := queried(path, {**parameters, **place, "count": str(self.size)})) not in places:
            places.add(at)
            found = await self._answer(at, fetch, seen)
            resources = resources_of(found)
            if (resources or not seen.ids) and (not self.by_cursor or "totalResults" in found):
                seen.totals.add(str(found.get("totalResults")))  # with cursors it may be left out (RFC 9865 §2.1)
            fresh = tuple(seen.take(resources, id_of))
            following = _following(found, "cursor" in place, len(seen.ids) if fresh else 0)
            if following is None:
                yield Part(fresh, complete=not seen.moved)
                return
            yield Part(fresh)
            place = following
        yield Part(())

    async def _answer(self, at: str, fetch: Fetch, seen: Seen) -> Mapping[str, Any]:
        """One answer; who refuses to begin behind what has come has no more."""
        try:
            found: Mapping[str, Any] = document(await fetch(at), Doing.LIST)
            return found
        except Refused:
            if self.by_cursor or not seen.ids:
                raise
            return {"Resources": []}


def _following(found: Mapping[str, Any], by_cursor: bool, came: int) -> dict[str, str] | None:
    """Where the next answer begins; None after the last. `came`: how many so far; 0 where this one brought nothing."""
    if cursor := found.get("nextCursor"):
        return {"cursor": str(cursor)}
    return {"startIndex": str(came + 1)} if came and not by_cursor else None


def resources_of(found: Any) -> list[Json]:
    """The resources of a list response; none of them may be left out where there are none (RFC 7644 §3.4.2)."""
    resources = found.get("Resources") if isinstance(found, dict) else None
    if resources is None and isinstance(found, dict) and found.keys() & {"totalResults", "itemsPerPage"}:
        return []
    if not isinstance(resources, list) or not all(isinstance(each, dict) for each in resources):
        raise TargetMisconfigured("answered without a list of Resources; is base_url that of its SCIM endpoint?")
    return resources


def id_of(resource: Any) -> str:
    """Its id, which every resource has."""
    id_ = resource.get("id") if isinstance(resource, dict) else None
    if isinstance(id_, bool) or not isinstance(id_, str | int) or id_ == "":
        raise TargetMisconfigured("answered with a resource without an id; is base_url that of its SCIM endpoint?")
    return str(id_)


def queried(path: str, parameters: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(parameters, quote_via=quote)}" if parameters else path
