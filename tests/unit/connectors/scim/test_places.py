"""Where mapped paths lead, and how they are asked for."""

import pytest

from bridge.scim.resource_types import GROUP, USER
from connectors.scim.places import own_place, place_of

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.mark.parametrize(
    ("path", "top", "patched", "filtered"),
    [
        ("userName", "userName", "userName", 'userName eq "x"'),
        ("USERNAME", "userName", "userName", 'userName eq "x"'),
        ("name.givenName", "name", "name.givenName", 'name.givenName eq "x"'),
        ("emails", "emails", "emails", 'emails.value eq "x"'),
        ('emails[type eq "work"].value', "emails", "emails.value", 'emails[type eq "work" and value eq "x"]'),
        (f"{ENTERPRISE}:department", f"{ENTERPRISE}:department", f"{ENTERPRISE}:department", None),
        (
            f"{ENTERPRISE}:manager",
            f"{ENTERPRISE}:manager",
            f"{ENTERPRISE}:manager",
            f'{ENTERPRISE}:manager.value eq "x"',
        ),
        ("urn:a:b:User:desk.floor", "urn:a:b:User:desk", "urn:a:b:User:desk.floor", 'urn:a:b:User:desk.floor eq "x"'),
    ],
)
def test_a_path_leads_to_an_attribute(path: str, top: str, patched: str, filtered: str | None) -> None:
    place = place_of(path, USER)

    assert (top, patched) == (place.top, place.path)
    assert (filtered or f'{path} eq "x"') == str(place.filter("x"))


def test_what_a_selection_fixes_is_given_to_new_values() -> None:
    place = place_of('emails[type eq "work" and primary eq true].value', USER)

    assert {"type": "work", "primary": True} == place.fixed
    assert place.takes({"type": "WORK", "primary": True})
    assert not place.takes({"type": "work"})


def test_a_quote_in_a_value_ends_no_filter() -> None:
    assert r'displayName eq "a\" or id pr or x eq \""' == str(
        place_of("displayName", GROUP).filter('a" or id pr or x eq "')
    )


def test_what_we_write_by_calls_of_its_own_has_a_place_too() -> None:
    assert ["active", "password"] == [own_place(name, USER).path for name in ("active", "password")]
