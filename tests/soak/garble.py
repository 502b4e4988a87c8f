"""What to put where something else belongs: odd texts, filters, values, paths, headers, and how to spoil a body."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.daemon import GROUP, USER

ALPHABET = "ab Z0'\"\\/%.,;:[]()@é\u00df\u4e2d\U0001f600\u202e\u0301\ufeff\u0000\u0007\n-_"
ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        2**63,
        2**64,
        1.5,
        1e308,
        "",
        "x",
        "True",
        "\u0000",
        "\ud83d\ude00",
        [],
        {},
        [[]],
        [None],
    ),
    *(
        [{}],
        {"value": None},
        {"value": []},
        {"": ""},
        {"op": "add"},
        [1, "a", {}],
        "urn:ietf:params:scim:schemas:core:2.0:User",
    ),
)
PATHS = (
    *("", "/", "//", "/Users", "/Users/", "/users", "/Groups", "/Me", "/Bulk", "/.search", "/Users/.search", "/Cats"),
    *("/Users/%00", "/Users/%ff", "/Users/%2e%2e", "/Users/a%2Fb", "/../etc/passwd", "/Users/..", "/Users/.", "/%"),
    *(
        "/Users?filter=",
        "/Users?%00=%00",
        "/Users?filter=%ff",
        "/Users?a=b&a=c",
        "/Users?" + "x=y&" * 300,
        "/Users/" + "i" * 3000,
    ),
    *(
        "/Schemas/urn:x",
        "/ResourceTypes/Cat",
        "/ServiceProviderConfig/x",
        "/Users/1/2/3",
        "/Users;a=b",
        "/Users#x",
        "/Users?filter=" + "x" * 40_000,
    ),
)
DISCOVERY = (
    "/ServiceProviderConfig",
    "/ResourceTypes",
    "/ResourceTypes/User",
    "/Schemas",
    f"/Schemas/{USER}",
    f"/Schemas/{GROUP}",
)
HEADERS = [
    *(
        ("Authorization", value)
        for value in ("", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer\tx", "Bearer x y")
    ),
    *(
        ("Content-Type", value)
        for value in ("", "text/plain", "application/json; charset=utf-16", "application/xml", ";;;")
    ),
    *(("Content-Encoding", value) for value in ("gzip", "br", "identity", "x")),
    *(("If-None-Match", value) for value in ("*", 'W/"1"', "\u00e9", '"')),
    *(("Accept", value) for value in ("text/html", "*/*", "application/json", ";q=x")),
    *(("Expect", value) for value in ("100-continue", "200-ok")),
    *(("Prefer", value) for value in ("wait=0", "wait=x", "return=minimal", ",,;;")),
    *(("X-Odd", value) for value in ("\u00e9" * 100, "a" * 4000, "\t", "a" * 9000)),
]
PARAMETERS = (
    ("startIndex", ("1", "0", "-5", "99999999999999999999", "x", "1.5")),
    (
        "sortBy",
        ("userName", "name.familyName", "meta.created", "emails", "password", "nope", 'emails[type eq "x"]', ""),
    ),
    ("sortOrder", ("ascending", "descending", "sideways")),
    ("attributes", ("userName", "nope", "emails.value", "groups", f"{USER}:userName", ",,,", "password", "a[b")),
    ("excludedAttributes", ("userName", "id", "emails", "members")),
    ("cursor", ("", "x", "AAAA", "\u00e9")),
)
USER_PATHS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("title", ("x", None, "", ODD)),
    ("active", (True, "False", "maybe", 0)),
    ("name.givenName", ("x", {}, None)),
    ("name", ({"givenName": "x"}, {"nope": 1}, "x", None)),
    ("emails", ([{"value": "a@x"}], {"value": "b@x", "type": "work"}, "c@x", [])),
    ('emails[type eq "work"].value', ("a@x", None, [])),
    ('emails[type eq "work" and primary eq true]', ({"value": "z@x"}, "z@x")),
    ('emails[not (value co "x")]', (None,)),
    ("emails[", ("x",)),
    ("userName", ("", None, 1)),
    ("id", ("x",)),
    ("meta.version", ("x",)),
    ("password", ("x", None)),
    ("groups", ([{"value": "x"}],)),
    ("nope", ("x",)),
    ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", ("x", {"value": "x"}, "", None)),
    ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", ({"department": "x"}, None, [])),
    ("urn:nope:x", ("x",)),
    ('addresses[type eq "work"].streetAddress', ("x",)),
    ("x" * 300, ("x",)),
)
GROUP_PATHS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("members", ()),
    ('members[value eq "{id}"]', ()),
    ('members[value eq "{id}"].display', ()),
    ('members[type eq "User"]', ()),
    ("displayName", ("x", None, "", 1)),
    ("externalId", ("x", None)),
    ("nope", ("x",)),
)
_NAMES = (
    *(
        "userName",
        "externalId",
        "displayName",
        "id",
        "emails.value",
        "emails",
        "active",
        "meta.created",
        "name",
        "nope",
    ),
    *("members.value", "password", "title", "emails.type", f"{USER}:userName", "groups.value", "schemas", "urn:x:y"),
)
_OPERATORS = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ", "xx")


def text(dice: random.Random) -> str:
    """A few odd characters, without lone surrogates."""
    return "".join(dice.choices(ALPHABET, k=dice.randrange(12)))


def json_value(dice: random.Random) -> Any:
    return dice.choice((*ODD, text(dice)))


def a_filter(dice: random.Random, name: str, depth: int = 0) -> str:
    """A filter that is right, or nearly."""
    chance = dice.random()
    if depth < 3 and chance < 0.25:
        joined = f" {dice.choice(('and', 'or', 'AND'))} "
        return joined.join(a_filter(dice, name, depth + 1) for _ in range(dice.randint(2, 3)))
    if depth < 3 and chance < 0.35:
        return f"{dice.choice(('not ', '', 'NOT'))}({a_filter(dice, name, depth + 1)})"
    if chance < 0.42:
        return f"emails[{a_filter(dice, name, 3)}]" + dice.choice(("", '.value eq "x"'))
    if chance < 0.5:
        return f"{dice.choice(_NAMES)} pr"
    if chance < 0.54:
        return dice.choice(
            (
                "",
                "(",
                "userName eq",
                "eq",
                "((((",
                "a b c",
                "x" * 5000,
                " and ".join(["id pr"] * 70),
                "(" * 40,
                text(dice),
            )
        )
    value = dice.choice(
        (
            f'"{name}"',
            f'"{name}"',
            json.dumps(text(dice)),
            "true",
            "null",
            "12",
            "-1.5e3",
            '"2020-01-01T00:00:00Z"',
            '"',
            "x",
        )
    )
    return f"{dice.choice(_NAMES)} {dice.choice(_OPERATORS)} {value}"


def json_in(dice: random.Random, body: bytes) -> bytes:
    """The JSON with something in it exchanged, left out or doubled."""
    if not body:
        return json.dumps(json_value(dice)).encode()
    value = json.loads(body)
    for _ in range(dice.randint(1, 3)):
        value = _exchanged(dice, value)
    return json.dumps(value).encode()


def _exchanged(dice: random.Random, value: Any) -> Any:
    if not value or not isinstance(value, dict | list) or dice.random() < 0.15:
        return json_value(dice)
    if isinstance(value, list):
        at = dice.randrange(len(value))
        return [*value[:at], _exchanged(dice, value[at]), *value[at + dice.randrange(2) :]]
    name = dice.choice(list(value))
    rest = {each: kept for each, kept in value.items() if each != name}
    match dice.randrange(4):
        case 0:
            return rest
        case 1:
            return {**rest, dice.choice((name.upper(), name + "x", text(dice))): value[name]}
        case _:
            return {**rest, name: _exchanged(dice, value[name])}


def bytes_in(dice: random.Random, body: bytes) -> bytes:
    """Bytes that were JSON, or never."""
    at = dice.randrange(len(body) + 1)
    return dice.choice(
        (
            body[:at],
            body[:at] + dice.randbytes(dice.randint(1, 4)) + body[at:],
            body + body,
            b"\xef\xbb\xbf" + body,
            body.decode("utf-8", "replace").encode("utf-16"),
            b"[" * dice.choice((100, 300, 10_000)),
            b'{"a":' * 300 + b"1" + b"}" * 300,
            b'{"schemas":["' + USER.encode() + b'"],"userName":' + dice.choice(HOSTILE) + b"}",
            body.replace(b'"schemas"', b'"schemas":[],"schemas"', 1),
            b"",
            b"null",
        )
    )


HOSTILE = (
    *(
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"1e999",
        b"1" * 5000,
        b"[]",
        b"{}",
        b"tru",
        b"'x'",
        b'"' + b"x" * 100_000 + b'"',
    ),
    *(b'"\\ud800"', b'"\\u0000"', b'"\xff"', b'"\xed\xa0\x80"', b'"\\ud83d\\ude00"', b'"\x01"'),
)
