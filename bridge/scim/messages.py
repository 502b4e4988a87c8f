"""The messages of the protocol (RFC 7644 §3) that are not resources: lists, searches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bridge.scim.errors import InvalidSyntax, InvalidValue
from bridge.scim.names import folded

_SELECTION = re.compile(r"\[[^\]]*\]")

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
MOST_RESULTS = 1000
"""Resources on one page; who asks for more gets so many."""


@dataclass(frozen=True, slots=True)
class Search:
    """What an answer shall show: from a query string, or from a SearchRequest. `written`: what the write named."""

    filter: str | None = None
    start: int = 1
    count: int = 100
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
    order = fields.get("sortorder") or "ascending"
    if not isinstance(order, str) or order.lower() not in ("ascending", "descending"):
        raise InvalidValue("sortOrder must be ascending or descending")
    return Search(
        filter=_text(fields, "filter"),
        start=max(1, _number(fields, "startindex", 1)),
        count=min(MOST_RESULTS, max(0, _number(fields, "count", 100))),
        attributes=attributes,
        excluded=excluded,
        sort_by=_text(fields, "sortby"),
        descending=order.lower() == "descending",
    )


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
