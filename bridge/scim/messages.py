"""The messages of the protocol (RFC 7644 §3) that are not resources: lists, searches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bridge.scim.errors import InvalidCount, InvalidCursor, InvalidSyntax, InvalidValue
from bridge.scim.names import folded

_SELECTION = re.compile(r"\[[^\[\]]*\]")

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
USUAL_RESULTS, MOST_RESULTS = 100, 1000
"""Resources on one page: where the client does not say, and at most."""
LONGEST_NAMES = 16 * 1024
"""Characters of the names in `attributes`: what they show is worked out once for each such list, and kept."""
CURSOR_SECONDS = 3600
"""How long a cursor leads on."""


@dataclass(frozen=True, slots=True)
class Search:
    """What an answer shall show: from a query string, or from a SearchRequest. `written`: what the write named.

    `cursor`: where the page begins, empty for the first (RFC 9865); None: `start` says it (RFC 7644 §3.4.2.4).
    """

    filter: str | None = None
    start: int = 1
    count: int = USUAL_RESULTS
    cursor: str | None = None
    attributes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    sort_by: str | None = None
    descending: bool = False
    written: tuple[str, ...] = ()


def list_response(resources: Sequence[Any], total: int, start: int = 1) -> dict[str, Any]:
    """A ListResponse of one page."""
    return {
        "schemas": [LIST_RESPONSE],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": list(resources),
    }


def page_response(resources: Sequence[Any], total: int | None, next_cursor: str | None) -> dict[str, Any]:
    """A ListResponse of one page that a cursor leads on from; where there is none, it is the last (RFC 9865 §2)."""
    shown = {
        "schemas": [LIST_RESPONSE],
        "totalResults": total,
        "itemsPerPage": len(resources),
        "nextCursor": next_cursor,
        "Resources": list(resources),
    }
    return {name: value for name, value in shown.items() if value is not None}


def search_from_query(query: dict[str, str]) -> Search:
    """From a query string's parameters, names folded; unknown ones are ignored."""
    if query.keys() == {"filter"}:  # what nearly all clients ask
        return Search(filter=query["filter"] or None)
    return _search(
        {
            **query,
            "attributes": _names(query.get("attributes")),
            "excludedattributes": _names(query.get("excludedattributes")),
        }
    )


def search_from_body(body: object) -> Search:
    """From a SearchRequest message (RFC 7644 §3.4.3); unknown members are ignored."""
    if not isinstance(body, dict):
        raise InvalidSyntax("the body must be a SearchRequest message as a JSON object")
    fields = folded(body)
    schemas = fields.get("schemas")
    if not isinstance(schemas, list) or SEARCH_REQUEST not in schemas:
        raise InvalidSyntax(f"schemas must be [{SEARCH_REQUEST!r}]")
    for name in ("attributes", "excludedattributes"):
        value = fields.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
            raise InvalidValue(f"{name} must be a list of attribute names")
    return _search(fields)


def _search(fields: dict[str, Any]) -> Search:
    attributes, excluded = tuple(fields.get("attributes") or ()), tuple(fields.get("excludedattributes") or ())
    if attributes and excluded:
        raise InvalidValue("attributes and excludedAttributes cannot be asked for together")
    if sum(len(name) + 1 for name in attributes or excluded) > LONGEST_NAMES:
        raise InvalidValue(f"the attributes that are named have more than {LONGEST_NAMES} characters")
    order = fields.get("sortorder") or "ascending"
    if not isinstance(order, str) or order.lower() not in ("ascending", "descending"):
        raise InvalidValue("sortOrder must be ascending or descending")
    cursor = _cursor(fields)
    return Search(
        filter=_text(fields, "filter"),
        start=max(1, _number(fields, "startindex", 1)),
        count=_count(fields) if cursor is None else _count_by_cursor(fields),
        cursor=cursor,
        attributes=attributes,
        excluded=excluded,
        sort_by=_text(fields, "sortby"),
        descending=order.lower() == "descending",
    )


def _cursor(fields: dict[str, Any]) -> str | None:
    cursor = fields.get("cursor")
    if cursor is None:
        return None
    if not isinstance(cursor, str) or not _CURSOR.fullmatch(cursor):
        raise InvalidCursor("cursor must be empty for the first page, and then the nextCursor of the page before")
    if fields.get("startindex"):
        raise InvalidCursor("cursor and startIndex are two ways to page: only one can be used")
    return cursor


_CURSOR = re.compile(r"[A-Za-z0-9._~-]*")


def _count(fields: dict[str, Any]) -> int:
    return min(MOST_RESULTS, max(0, _number(fields, "count", USUAL_RESULTS)))


def _count_by_cursor(fields: dict[str, Any]) -> int:
    """With a cursor, a count that cannot be met is refused (RFC 9865 §2.1)."""
    try:
        count = max(0, _number(fields, "count", USUAL_RESULTS))
    except InvalidValue as wrong:
        raise InvalidCount(wrong.detail) from None
    if count > MOST_RESULTS:
        raise InvalidCount(f"count must not be above the maxPageSize of {MOST_RESULTS}")
    return count


def _names(text: str | None) -> tuple[str, ...]:
    """Names parted by commas; a selection in brackets (Entra ID: `emails[type eq "work"]`) asks for the attribute."""
    return tuple(name.strip() for name in _SELECTION.sub("", text or "").split(",") if name.strip())


def _text(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidValue(f"{name} must be a string")
    return value or None


def _number(fields: dict[str, Any], name: str, default: int) -> int:
    value = fields.get(name)
    if value is None or value == "":
        return default
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise InvalidValue(f"{name} must be a whole number")
    try:
        number = int(value)
    except ValueError:
        raise InvalidValue(f"{name} must be a whole number") from None
    return max(-(2**31), min(2**31, number))
