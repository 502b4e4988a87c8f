"""An endpoint as the config writes it, and the call it becomes. Pure.

    "GET /users/{id}"
    { call = "POST /teams/{id}/members", body = { user = "{member}" } }

What is put into a path or a query is percent-encoded whole, so an id may hold / % + # and any letter. A body takes
the value as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator

from connectors.sdk import Refused
from connectors.sdk.http import Call

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_CALL = re.compile(r"([A-Z]+) (/\S*)")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Endpoint(BaseModel):
    """A method and a path, with a body where the call needs one of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    call: str
    body: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _is_a_call(self) -> Self:
        matched = _CALL.fullmatch(self.call)
        if matched is None or matched[1] not in METHODS or set(_PLACEHOLDER.sub("", self.call)) & set("{}#"):
            raise ValueError(f'is not a method and a path; write it as "GET /users", with one of {", ".join(METHODS)}')
        return self

    @property
    def method(self) -> str:
        return self.call.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.call.partition(" ")[2]

    def fill(self, values: Mapping[str, str], body: Any = None) -> Call:
        """The call with these values in it; `body` is sent where the endpoint has none of its own."""
        path = _PLACEHOLDER.sub(lambda found: _encoded(values[found[1]]), self.path)
        return Call(self.method, path, _filled(self.body, values) if self.body is not None else body)


def _encoded(value: str) -> str:
    if value in ("", ".", ".."):
        raise Refused("an empty id, or one of dots, cannot stand in a path")
    return quote(value, safe="")


def _filled(body: Any, values: Mapping[str, str]) -> Any:
    match body:
        case dict():
            return {name: _filled(value, values) for name, value in body.items()}
        case list():
            return [_filled(value, values) for value in body]
        case str():
            return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), body)
        case _:
            return body


def _texts(body: Any) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    elif isinstance(body, dict | list):
        for below in body.values() if isinstance(body, dict) else body:
            yield from _texts(below)


def _written(written: Any) -> Any:
    return {"call": written} if isinstance(written, str) else written


def _of(allowed: tuple[str, ...], needed: tuple[str, ...], methods: tuple[str, ...]) -> Any:
    """A validator: these placeholders and methods, and no others."""

    def check(endpoint: Endpoint) -> Endpoint:
        found = {name for text in (endpoint.path, *_texts(endpoint.body)) for name in _PLACEHOLDER.findall(text)}
        if endpoint.method not in methods:
            raise ValueError(f"is called by {endpoint.method}; write {' or '.join(methods)}")
        if strange := sorted(found - set(allowed)):
            known = ", ".join(f"{{{name}}}" for name in allowed) or "none"
            raise ValueError(f"holds {{{strange[0]}}}, which is nothing here; known: {known}")
        if missing := sorted(set(needed) - found):
            where = "the body" if missing[0] == "password" else "the path"
            raise ValueError(f"does not say where the {missing[0]} stands; write {{{missing[0]}}} into {where}")
        return endpoint

    return check


def _not_in_the_path(endpoint: Endpoint) -> Endpoint:
    """What stands in a URL stands in the logs of every server on its way."""
    if "{password}" in endpoint.path:
        raise ValueError("holds {password} in its path, which is logged; write it into the body")
    return endpoint


_WRITES = ("POST", "PUT", "PATCH")
_Written = BeforeValidator(_written)
Collection = Annotated[Endpoint, _Written, AfterValidator(_of((), (), ("GET",)))]
Creation = Annotated[Endpoint, _Written, AfterValidator(_of((), (), _WRITES))]
Item = Annotated[Endpoint, _Written, AfterValidator(_of(("id",), ("id",), ("GET",)))]
Update = Annotated[Endpoint, _Written, AfterValidator(_of(("id",), ("id",), ("PATCH", "PUT", "POST")))]
Removal = Annotated[Endpoint, _Written, AfterValidator(_of(("id",), ("id",), ("DELETE", "POST")))]
Lookup = Annotated[Endpoint, _Written, AfterValidator(_of(("value",), ("value",), ("GET",)))]
Switching = Annotated[Endpoint, _Written, AfterValidator(_of(("id",), ("id",), (*_WRITES, "DELETE")))]
PasswordCall = Annotated[
    Endpoint,
    _Written,
    AfterValidator(_not_in_the_path),
    AfterValidator(_of(("id", "password"), ("id", "password"), _WRITES)),
]
Membership = Annotated[
    Endpoint, _Written, AfterValidator(_of(("id", "member"), ("id", "member"), (*_WRITES, "DELETE")))
]
