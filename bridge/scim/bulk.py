"""Bulk requests (RFC 7644 §3.7): read the message, give what is created its id, resolve `bulkId:` references. Pure.

Every new resource gets its id before anything is written, so a reference forward or in a circle is an id like any
other, and what is left is the order: an operation comes after those that it refers to, and after the one before it on
the same resource. Operations that need each other in a circle are carried out as one: all of them or none.

A message that is none is refused whole; an operation that is none fails alone (§3.7.3: as much as possible is done).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from bridge.scim.bulk_order import in_order
from bridge.scim.errors import Conflict, InvalidSyntax, InvalidValue, MethodNotAllowed, NotFound, ScimError, TooLarge
from bridge.scim.names import folded
from bridge.scim.patch import PATCH_OP
from bridge.scim.resource_types import ResourceType

BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
METHODS = ("POST", "PUT", "PATCH", "DELETE")

_WHOLE = re.compile(r"(bulkId:)(.+)", re.DOTALL)
_IN_URL = re.compile(r"(?<=/)(bulkId:)([^/]+)$")
_IN_PATH = re.compile(r'(?<=")(bulkId:)([^"\\]+)(?=")')

Types = Mapping[str, ResourceType]
"""Folded endpoint → the type that lives there."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `id` is the resource's, or the one it will have; `fault` is why it cannot be carried out.

    `refers_to` are the places of the operations whose resources it names.
    """

    method: str
    bulk_id: str | None = None
    version: str | None = None
    type: ResourceType | None = None
    id: str | None = None
    data: Any = None
    fault: ScimError | None = None
    refers_to: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Bulk:
    """A bulk request. `groups` are places of operations in the order of work; a group is carried out as one."""

    operations: tuple[Operation, ...]
    groups: tuple[tuple[int, ...], ...]
    fail_on_errors: int | None


def read_bulk(body: object, types: Types, most: int, new_id: Callable[[], str]) -> Bulk:
    """The bulk request; a `ScimError` where the message is none, or has more than `most` operations."""
    if not isinstance(body, dict):
        raise InvalidSyntax("the body must be a BulkRequest message as a JSON object")
    fields = folded(body)
    schemas = fields.get("schemas")
    if not isinstance(schemas, list) or BULK_REQUEST not in schemas:
        raise InvalidSyntax(f"schemas must be [{BULK_REQUEST!r}]")
    raw = fields.get("operations")
    if not isinstance(raw, list) or not raw:
        raise InvalidSyntax("Operations must be a list of at least one operation")
    if len(raw) > most:
        raise TooLarge(f"the bulk has {len(raw)} operations, more than maxOperations ({most})")
    fail_on_errors = _fail_on_errors(fields)
    operations = _resolved([_read(each, types, new_id) for each in raw])
    groups = (_made_first(group, operations) for group in in_order(_needs(operations)))
    return Bulk(tuple(operations), tuple(groups), fail_on_errors)


def result(operation: Operation, location: str | None, status: int, **more: Any) -> dict[str, Any]:
    """What the response says of one operation; `more` is its version, or the error."""
    known = {"method": operation.method or None, "bulkId": operation.bulk_id, "location": location}
    return {**{name: value for name, value in known.items() if value is not None}, **more, "status": str(status)}


def _fail_on_errors(fields: Mapping[str, Any]) -> int | None:
    value = fields.get("failonerrors")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidValue("failOnErrors must be a whole number of 1 or more")
    return value


def _read(raw: object, types: Types, new_id: Callable[[], str]) -> Operation:
    """The operation; where it is none, what is known of it and why."""
    if not isinstance(raw, dict):
        return Operation("", fault=InvalidSyntax("an operation must be a JSON object"))
    try:
        fields = folded(raw)
    except InvalidSyntax as error:
        return Operation("", fault=error)
    texts = {name: fields[name] for name in ("method", "bulkid", "version") if isinstance(fields.get(name), str)}
    known = Operation(texts.get("method", "").upper(), texts.get("bulkid"), texts.get("version"))
    try:
        if any(fields.get(name) is not None and name not in texts for name in ("bulkid", "version")):
            raise InvalidSyntax("bulkId and version must be strings")
        return _placed(known, fields, types, new_id)
    except ScimError as error:
        return replace(known, fault=error)


def _placed(known: Operation, fields: Mapping[str, Any], types: Types, new_id: Callable[[], str]) -> Operation:
    if known.method not in METHODS:
        raise InvalidSyntax(f"method must be one of {', '.join(METHODS)}")
    type_, id_ = _place(fields.get("path"), types)
    creates = known.method == "POST"
    if creates and id_ is not None:
        raise MethodNotAllowed("POST is not possible at a resource", "PUT, PATCH, DELETE")
    if not creates and id_ is None:
        raise MethodNotAllowed(f"{known.method} needs a path with an id", "POST")
    if creates and not known.bulk_id:
        raise InvalidSyntax("a POST needs a bulkId")
    if known.method != "DELETE" and fields.get("data") is None:
        raise InvalidSyntax(f"{known.method} needs data")
    return replace(known, type=type_, id=new_id() if creates else id_, data=_data(known.method, fields.get("data")))


def _place(path: object, types: Types) -> tuple[ResourceType, str | None]:
    """Type and id of a path below the base: `/Users`, `/Users/{id}`, `/Users/bulkId:{bulkId}`."""
    if not isinstance(path, str):
        raise InvalidSyntax("an operation needs a path such as /Users or /Users/{id}")
    endpoint, _, id_ = path.strip("/").partition("/")
    type_ = types.get(endpoint.lower())
    if type_ is None or "/" in id_:
        raise NotFound("there is nothing at this path; write /Users, /Groups, or one of them with an id")
    return type_, unquote(id_) or None


def _data(method: str, data: Any) -> Any:
    """The body as the operation would have it by itself; RFC 7644 §3.7.3 shows a PATCH as its operations alone."""
    if method == "PATCH" and isinstance(data, list):
        return {"schemas": [PATCH_OP], "Operations": data}
    return None if method == "DELETE" else data


def _resolved(operations: list[Operation]) -> list[Operation]:
    """With ids where references were, and every further POST of a bulkId refused."""
    made: dict[str, int] = {}
    for place, each in enumerate(operations):
        if each.method != "POST" or each.bulk_id is None or made.setdefault(each.bulk_id, place) == place:
            continue
        operations[place] = replace(each, fault=InvalidValue("another operation has this bulkId already"))
    return [each if each.fault else _with_ids(place, each, made, operations) for place, each in enumerate(operations)]


def _with_ids(place: int, operation: Operation, made: Mapping[str, int], operations: list[Operation]) -> Operation:
    found: set[int] = set()

    def id_of(reference: re.Match[str]) -> str:
        at = made.get(reference[2])
        id_ = None if at is None else operations[at].id
        if at is None or id_ is None:
            raise Conflict(f"bulkId:{reference[2][:80]} leads to no operation that creates something")
        found.add(at)
        return id_

    try:
        id_ = _replaced(operation.id, id_of)
        data = _replaced(operation.data, id_of)
    except Conflict as conflict:
        return replace(operation, fault=conflict)
    return replace(operation, id=id_, data=data, refers_to=frozenset(found - {place}))


def _replaced(value: Any, id_of: Callable[[re.Match[str]], str]) -> Any:
    """The value with ids for references; they stand also at the end of a `$ref`, and in a PATCH path's selection."""
    if isinstance(value, str):
        reference = _WHOLE.fullmatch(value)
        return id_of(reference) if reference else value
    if isinstance(value, list):
        return [_replaced(each, id_of) for each in value]
    if not isinstance(value, dict):
        return value
    within = {"$ref": _IN_URL, "path": _IN_PATH}
    return {
        name: within[name.lower()].sub(id_of, each)
        if isinstance(each, str) and name.lower() in within and not _WHOLE.match(each)
        else _replaced(each, id_of)
        for name, each in value.items()
    }


def _needs(operations: list[Operation]) -> list[list[int]]:
    """The places that each operation comes after: those it refers to, and the one before on the same resource."""
    last: dict[str, int] = {}
    needs: list[list[int]] = []
    for place, each in enumerate(operations):
        after = set(each.refers_to)
        if each.method != "POST" and each.id is not None:
            after |= {last[each.id]} if each.id in last else set()
            last[each.id] = place
        needs.append(sorted(after))
    return needs


def _made_first(group: list[int], operations: list[Operation]) -> tuple[int, ...]:
    """Of operations that need each other, those that create something come first."""
    return tuple(sorted(group, key=lambda place: (operations[place].method != "POST", place)))
