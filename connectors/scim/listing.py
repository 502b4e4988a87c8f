"""A whole list of a service, answer by answer, and whether it was whole (RFC 7644 §3.4.2.4, RFC 9865).

By index the next answer begins behind what has come, whatever `itemsPerPage` says. A full answer is never the last: the
total may count this answer alone. Complete is a list whose total was the same all the time, and is what came, each
once. So a service whose totals are wrong, or that ignores `startIndex`, has no list from which anybody is absent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from connectors.scim.resource import Json
from connectors.sdk import TargetMisconfigured
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
            found = document(await fetch(at), Doing.LIST)
            resources = resources_of(found)
            if not self.by_cursor or "totalResults" in found:  # RFC 9865 §2.1: it may be left out
                seen.totals.add(str(found.get("totalResults")))
            fresh = tuple(seen.take(resources, id_of))
            following = self._following(found, seen, len(resources), len(fresh))
            if following is None:
                yield Part(fresh, complete=not seen.moved)
                return
            yield Part(fresh)
            place = following
        yield Part(())

    def _following(self, found: Mapping[str, Any], seen: Seen, came: int, fresh: int) -> dict[str, str] | None:
        """Where the next answer begins; None after the last."""
        if self.by_cursor or found.get("nextCursor"):
            cursor = found.get("nextCursor")
            return {"cursor": str(cursor)} if cursor else None
        total = found.get("totalResults")
        has_more = came >= self.size or (isinstance(total, int) and len(seen.ids) < total)
        return {"startIndex": str(len(seen.ids) + 1)} if fresh and has_more else None


def resources_of(found: Any) -> list[Json]:
    """The resources of a list response; none of them may be left out where there are none (RFC 7644 §3.4.2)."""
    resources = found.get("Resources") if isinstance(found, dict) else None
    if resources is None and isinstance(found, dict) and "totalResults" in found:
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
