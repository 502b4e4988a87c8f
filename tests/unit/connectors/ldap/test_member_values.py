from __future__ import annotations

import pytest

from connectors.ldap import dn
from connectors.ldap.member_values import compared, leading, sort_out, text_of, value_of

PEOPLE = dn.parse("ou=people,dc=x")
KIM, LEE = "uid=kim,ou=people,dc=x", "uid=lee,ou=people,dc=x"
CREW = "cn=crew,ou=groups,dc=x"
BOTH = ("memberUid", "member")


@pytest.mark.parametrize(
    ("attributes", "first"), [(("member",), "member"), (("memberUid",), "memberUid"), (BOTH, "member")]
)
def test_a_dn_says_more_than_a_name(attributes: tuple[str, ...], first: str) -> None:
    assert first == leading(attributes)


def test_a_member_is_one_text_whatever_holds_it() -> None:
    assert (KIM, "kim") == (text_of(BOTH, KIM), text_of(("memberUid",), KIM))
    assert (KIM, "kim") == (value_of("member", BOTH, KIM), value_of("memberUid", BOTH, KIM))
    assert "kim" == value_of("memberUid", ("memberUid",), "kim")


def test_a_group_has_no_name_of_a_user() -> None:
    assert (None, None) == (text_of(("memberUid",), CREW), value_of("memberUid", BOTH, CREW))
    assert value_of("memberUid", BOTH, "no DN") is None


def test_case_counts_in_names_and_not_in_dns() -> None:
    assert compared("member", KIM) == compared("member", KIM.upper())
    assert compared("memberUid", "kim") != compared("memberUid", "KIM")


def test_members_are_those_that_all_attributes_hold() -> None:
    held = {"member": [KIM, LEE, CREW], "memberUid": ["kim", "zoe"]}

    assert ((KIM, CREW), (LEE, "uid=zoe,ou=people,dc=x")) == sort_out(BOTH, held, PEOPLE)


def test_two_attributes_of_dns_are_compared_as_dns() -> None:
    held = {"member": [KIM], "uniqueMember": [KIM.upper(), LEE]}

    assert ((KIM,), (LEE,)) == sort_out(("member", "uniqueMember"), held, None)


def test_one_attribute_alone_always_agrees() -> None:
    assert ((KIM,), ()) == sort_out(("member",), {"member": [KIM]}, PEOPLE)
    assert (("kim",), ()) == sort_out(("memberUid",), {"memberUid": ["kim"]}, PEOPLE)
