"""Whether an answer is a valid SCIM message, whatever the request was. It returns complaints; none is well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.soak.generate import Sent
from tests.soak.http import Answer

MESSAGES = "urn:ietf:params:scim:api:messages:2.0:"
MEDIA = "application/scim+json"
STATUSES = frozenset((200, 201, 204, 304, 400, 401, 403, 404, 405, 408, 409, 412, 413, 414, 415, 431, 501))


def complaints(sent: Sent, answer: Answer) -> list[str]:
    """What is wrong with the answer."""
    if answer.status not in STATUSES:
        return [f"status {answer.status}"]
    if sent.method == "HEAD" or answer.status in (204, 304):
        return [] if not answer.body else ["a body where none belongs"]
    if answer.headers.get("content-type") != MEDIA:
        return [f"content-type {answer.headers.get('content-type')}"]
    try:
        body = json.loads(answer.body)
    except ValueError:
        return ["the body is not JSON"]
    if not isinstance(body, dict):
        return ["the body is no object"]
    return list(_error(answer, body) if answer.status >= 400 else _message(answer, body))


def _error(answer: Answer, body: dict[str, Any]) -> Iterator[str]:
    if body.get("schemas") != [MESSAGES + "Error"]:
        yield "an error without the schema of errors"
    if body.get("status") != str(answer.status):
        yield f"the error says {body.get('status')!r}, the status line {answer.status}"
    if not body.get("detail"):
        yield "an error without detail"
    if answer.status == 400 and not body.get("scimType"):
        yield "400 without scimType"
    for status, header in ((401, "www-authenticate"), (405, "allow")):
        if answer.status == status and not answer.headers.get(header):
            yield f"{status} without {header}"


def _message(answer: Answer, body: dict[str, Any]) -> Iterator[str]:
    schemas = body.get("schemas")
    if schemas == [MESSAGES + "ListResponse"]:
        yield from _list(body)
    elif schemas == [MESSAGES + "BulkResponse"]:
        yield from _bulk(body)
    else:
        yield from _resource(body)
        version = body.get("meta", {}).get("version")
        if version is not None and version != answer.headers.get("etag"):
            yield f"meta.version {version}, ETag {answer.headers.get('etag')}"


def _list(body: dict[str, Any]) -> Iterator[str]:
    resources = body.get("Resources", [])
    if not isinstance(body.get("totalResults"), int) or body["totalResults"] < len(resources):
        yield "totalResults is less than there are"
    if body.get("itemsPerPage", len(resources)) != len(resources):
        yield "itemsPerPage is not how many there are"
    for each in resources:
        yield from _resource(each)


def _bulk(body: dict[str, Any]) -> Iterator[str]:
    for each in body.get("Operations", []):
        status = each.get("status")
        if not isinstance(status, str) or int(status) not in STATUSES:
            yield f"an operation with status {status!r}"
        elif int(status) >= 400 and each.get("response", {}).get("status") != status:
            yield "a failed operation without its error"
        elif int(status) < 300 and "location" not in each:
            yield "an operation without location"


def _resource(body: dict[str, Any]) -> Iterator[str]:
    schemas = body.get("schemas")
    if not isinstance(schemas, list) or not schemas or len(set(schemas)) != len(schemas):
        yield f"schemas {schemas!r}"
    if "password" in body:
        yield "a password"
    if any(value in (None, [], {}) for value in body.values()):
        yield "an attribute without a value"
