from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.ldap import dn
from connectors.ldap.dn import Dn, NotADn, Rdn

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
NAMES = st.sampled_from(["cn", "uid", "ou", "1.2.840.1"])
DNS = st.builds(
    Dn,
    st.lists(
        st.builds(Rdn, st.lists(st.tuples(NAMES, TEXT), min_size=1, max_size=3).map(tuple)), min_size=1, max_size=4
    ).map(tuple),
)


@given(DNS)
def test_what_is_written_is_read_back(name: Dn) -> None:
    assert name == dn.parse(str(name))


@given(DNS)
def test_folding_twice_is_folding_once(name: Dn) -> None:
    assert dn.fold(name) == dn.fold(dn.parse(dn.fold(name)))


@given(st.from_regex(dn._FOLDED, fullmatch=True))
def test_what_is_known_at_a_glance_to_be_folded_is(name: str) -> None:
    assert name == dn.fold(dn.parse(name)) == dn.folded(name)


@given(DNS)
def test_hex_escapes_and_the_order_of_parts_do_not_count(name: Dn) -> None:
    spelled = ", ".join(
        " + ".join(
            f"{attribute.upper()} = {''.join(f'{chr(92)}{byte:02X}' for byte in value.encode())}"
            for attribute, value in reversed(rdn.parts)
        )
        for rdn in name.rdns
    )

    assert dn.fold(name) == dn.fold(dn.parse(spelled))


@given(DNS)
def test_tidy_is_one_spelling_of_the_same_name(name: Dn) -> None:
    assert name == dn.parse(dn.tidy(str(name)))
    assert dn.tidy(str(name)) == dn.tidy(dn.tidy(str(name)))


@given(TEXT, TEXT)
def test_a_value_can_never_add_a_step(value: str, other: str) -> None:
    base = Dn((Rdn((("ou", other),)),))

    assert 2 == len(dn.parse(str(base.child("cn", value))).rdns)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Smith, John", "cn=Smith\\, John"),
        ("#lead", "cn=\\#lead"),
        (" both ", "cn=\\ both\\ "),
        (" ", "cn=\\ "),
        ('"+;<>\\=', 'cn=\\"\\+\\;\\<\\>\\\\\\='),
        ("a\0b", "cn=a\\00b"),
        ("李", "cn=李"),
    ],
)
def test_values_are_escaped_as_rfc_4514_says(value: str, written: str) -> None:
    assert written == str(Dn(()).child("cn", value))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cn=a,dc=x", "CN=A, DC=X"),
        ("cn=a  b,dc=x", "cn=A B,dc=x"),
        ("cn=Smith\\, John,dc=x", "cn=smith\\2C john,dc=x"),
        ("cn=a+uid=b,dc=x", "uid=B+cn=A,dc=x"),
        ("commonName=a,dc=x", "2.5.4.3=a,domainComponent=x"),
        ("cn=#040161,dc=x", "cn=a,dc=x"),
        ("cn=Jos\u00e9,dc=x", "cn=JOSE\u0301,dc=x"),
        ("OID.2.5.4.3=a;dc=x", "cn=a,dc=x"),
    ],
)
def test_these_are_one_name(one: str, other: str) -> None:
    assert dn.folded(one) == dn.folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("cn=a,dc=x", "cn=b,dc=x"), ("cn=a\\,b,dc=x", "cn=a,b=c,dc=x"), ("cn=\\ a,dc=x", "cn=a,dc=x")],
)
def test_these_are_two_names(one: str, other: str) -> None:
    assert dn.folded(one) != dn.folded(other)


@pytest.mark.parametrize("text", ["nobody", "cn", "=x", "cn=a,", "cn=a,,dc=x", "cn=a\\", "cn=#0401ZZ x,dc", "1a=x"])
def test_what_is_no_name_is_said_plainly(text: str) -> None:
    with pytest.raises(NotADn, match=r"character|backslash|comma"):
        dn.parse(text)


def test_bytes_that_are_no_text_survive() -> None:
    name = dn.parse("cn=\\ff\\fe,dc=x")

    assert "cn=\\ff\\fe,dc=x" == str(name)


def test_the_root_has_no_steps() -> None:
    assert Dn(()) == dn.parse("")


def test_below_means_at_or_under() -> None:
    base = dn.parse("ou=people,dc=x")

    assert dn.is_below(dn.parse("uid=a, OU=People, dc=X"), base)
    assert dn.is_below(base, base)
    assert not dn.is_below(dn.parse("dc=x"), base)
    assert not dn.is_below(dn.parse("uid=a,ou=people2,dc=x"), base)


def test_each_name_once_and_in_order() -> None:
    assert ["cn=b,dc=x", "CN=A,dc=x"] == sorted(dn.dedupe(["cn=b,dc=x", "cn=a,dc=x", "CN=A,dc=x"]), reverse=True)
