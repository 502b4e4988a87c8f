from dataclasses import replace

import pytest

from connectors.ldap.driver import Found
from connectors.ldap.marks import mark

FOUND = Found("uid=kim,dc=example", {"uid": (b"kim",), "mail": (b"kim@example.com", b"k@example.com")})


def test_the_same_entry_has_the_same_mark_whoever_made_its_parts():
    again = Found("".join(list(FOUND.dn)), {"".join(list(name)): tuple(v) for name, v in FOUND.attributes.items()})

    assert mark("salt", FOUND) == mark("salt", again)


@pytest.mark.parametrize(
    "other",
    [
        replace(FOUND, dn="uid=kim,ou=people,dc=example"),
        replace(FOUND, attributes={**FOUND.attributes, "uid": (b"Kim",)}),
        replace(FOUND, attributes={**FOUND.attributes, "sn": ()}),
        replace(FOUND, attributes={"uid": (b"kim",)}),
        replace(FOUND, attributes={"uid": (b"kim",), "mail": (b"k@example.com", b"kim@example.com")}),
        replace(FOUND, attributes={"uid": (b"kim",), "mail": (b"kim@example.comk@example.com",)}),
    ],
)
def test_anything_else_has_another_mark(other):
    assert mark("salt", FOUND) != mark("salt", other)


def test_another_salt_makes_another_mark():
    assert mark("salt", FOUND) != mark("other", FOUND)
