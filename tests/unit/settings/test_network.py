"""Addresses to listen on, and the URL that clients know."""

from ipaddress import ip_address

import pytest

from bridge.settings.faults import Wrong
from bridge.settings.network import Address, parse_address, parse_base_url, parse_loopback, parse_network


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("127.0.0.1:8580", ("127.0.0.1", 8580)),
        ("127.9.9.9:0", ("127.9.9.9", 0)),
        ("localhost:80", ("localhost", 80)),
        ("[::1]:8580", ("::1", 8580)),
    ],
)
def test_a_loopback_address_is_read(written: str, expected: tuple[str, int]) -> None:
    address = parse_address(written)

    assert expected == address
    assert written == str(address)


@pytest.mark.parametrize("written", ["0.0.0.0:8580", "[::]:8580", "10.0.0.1:80", "scim.example.com:443"])
def test_what_tells_without_a_token_stays_on_this_machine(written: str) -> None:
    assert not parse_address(written).is_loopback
    with pytest.raises(Wrong, match="everybody on the network") as wrong:
        parse_loopback(written)

    assert "127.0.0.1" in wrong.value.remedy


@pytest.mark.parametrize(("written", "inside"), [("10.0.0.7", "10.0.0.7"), ("10.0.0.0/24", "10.0.0.9"), ("::1", "::1")])
def test_a_network_is_read(written: str, inside: str) -> None:
    assert ip_address(inside) in parse_network(written)


@pytest.mark.parametrize("written", ["", "proxy.example.com", "10.0.0.1/24", "10.0.0.0/99", 7.5, None])
def test_what_is_no_network_is_refused(written: object) -> None:
    with pytest.raises(Wrong):
        parse_network(written)


@pytest.mark.parametrize(
    "written", ["", "8580", ":8580", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "::1:80", "h:65536", 8580, None]
)
def test_what_is_not_host_and_port_is_refused(written: object) -> None:
    with pytest.raises(Wrong) as wrong:
        parse_address(written)

    assert wrong.value.remedy


def test_an_address_is_a_pair() -> None:
    assert ("localhost", 1) == Address("localhost", 1)


def test_a_slash_at_the_end_of_the_url_is_dropped() -> None:
    assert "https://scim.example.com/scim/v2" == parse_base_url("https://scim.example.com/scim/v2/")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "example.com",
        "ftp://x",
        "http://",
        "http://x:99999",
        "http://x/?a=1",
        "http://x/#a",
        "http://u@x",
        "http://[::1",
        "http://a b",
    ],
)
def test_what_is_no_base_url_is_refused(written: str) -> None:
    with pytest.raises(Wrong):
        parse_base_url(written)
