import pytest

from connectors.ldap.driver import Found
from connectors.ldap.marks import key_of, mark

FOUND = Found("uid=kim,dc=example", {"uid": (b"kim",), "mail": (b"kim@example.com", b"k@example.com")})
KEY = key_of("salt")


def test_the_same_entry_has_the_same_mark_whoever_made_its_parts():
    again = Found("".join(list(FOUND.dn)), {"".join(list(name)): tuple(v) for name, v in FOUND.attributes.items()})

    assert mark(KEY, FOUND) == mark(KEY, again)


@pytest.mark.parametrize(
    "other",
    [
        FOUND._replace(dn="uid=kim,ou=people,dc=example"),
        FOUND._replace(attributes={**FOUND.attributes, "uid": (b"Kim",)}),
        FOUND._replace(attributes={**FOUND.attributes, "sn": ()}),
        FOUND._replace(attributes={"uid": (b"kim",)}),
        FOUND._replace(attributes={"uid": (b"kim",), "mail": (b"k@example.com", b"kim@example.com")}),
        FOUND._replace(attributes={"uid": (b"kim",), "mail": (b"kim@example.comk@example.com",)}),
    ],
)
def test_anything_else_has_another_mark(other):
    assert mark(KEY, FOUND) != mark(KEY, other)


def test_another_salt_makes_another_mark():
    assert mark(KEY, FOUND) != mark(key_of("other"), FOUND)
