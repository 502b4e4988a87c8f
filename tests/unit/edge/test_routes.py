"""Paths: where they lead, and how the log names them."""

from __future__ import annotations

import pytest

from bridge.edge.routes import Route, Routes, readable

ROUTES = Routes("https://example.com/tenants/a", ["Users"])


@pytest.mark.parametrize(
    ("path", "parts", "name"),
    [
        ("/scim/v2", (), "/"),
        ("/scim/v2/", (), "/"),
        ("/tenants/a/Users", ("Users",), "/Users"),
        ("/scim/v2//Users//", ("Users",), "/Users"),
        ("/scim/v2/users/a%2Fb", ("users", "a/b"), "/Users/{id}"),
        ("/scim/v2/Users/.search", ("Users", ".search"), "/Users/.search"),
        ("/scim/v2/Users/%ff", ("Users", "\ufffd"), "/Users/{id}"),
        ("/scim/v2/Users/\udcff", ("Users", "\ufffd"), "/Users/{id}"),
        ("/scim/v2/secret", ("secret",), "unknown"),
        ("/scim/v2x/Users", None, "elsewhere"),
        ("*", None, "elsewhere"),
    ],
)
def test_a_path_leads_to_parts_and_has_a_name(path: str, parts: tuple[str, ...] | None, name: str) -> None:
    assert Route(parts, name) == ROUTES.find(path)


@pytest.mark.parametrize("base", ["https://example.com", "https://example.com/scim", "https://example.com/scim/v2/a"])
def test_the_usual_base_leads_on_whatever_part_of_it_is_the_own_one(base: str) -> None:
    routes = Routes(base, ["Users"])

    assert Route(("Users", "7"), "/Users/{id}") == routes.find("/scim/v2/Users/7")
    assert Route(("Users", "7"), "/Users/{id}") == routes.find(base.removeprefix("https://example.com") + "/Users/7")


def test_text_that_is_utf_8_stays_as_it_is() -> None:
    assert "grün" == readable("grün".encode().decode("ascii", "surrogateescape"))
