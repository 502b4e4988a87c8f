from __future__ import annotations

import pytest

from connectors.ldap import ad_errors
from connectors.ldap.driver import Result
from connectors.ldap.errors import error_of
from connectors.sdk import Refused

BIND = "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data {}, v3839"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (BIND.format("52e"), "the password is wrong, or the account is not there"),
        (BIND.format("775"), "the account is locked out"),
        (BIND.format("532"), "the account's password has expired"),
        (BIND.format("999"), None),
        ("0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0", "the domain's password policy"),
        ("00002098: SecErr: DSID-03150E49, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0", "lacks a right"),
        ("no code at all", None),
    ],
)
def test_codes_are_told_in_plain_words(said: str, meant: str | None) -> None:
    told = ad_errors.meaning(said)

    assert told is None if meant is None else meant in (told or "")


@pytest.mark.parametrize(
    ("said", "attribute"),
    [
        ("00000524: UpdErr: DSID-031A11E2, problem 6005 (ENTRY_EXISTS), data 0", "sAMAccountName"),
        ("00002071: samldb: samAccountName 'x' already in use!", "sAMAccountName"),
        ("000021C8: AtrErr: DSID-03200BBA, #1: 0: 000021C8: DSID-03200BBA, problem 1005", "userPrincipalName"),
    ],
)
def test_a_value_that_another_account_has_is_refused_and_not_a_conflict_of_places(said: str, attribute: str) -> None:
    error = error_of(Result(68, said))

    assert isinstance(error, Refused)
    assert attribute == error.attribute
    assert f"another account has this {attribute}" in error.message


def test_a_place_that_is_taken_is_a_conflict_still() -> None:
    assert ad_errors.taken("00002071: UpdErr: DSID-0305038D, problem 6005 (ENTRY_EXISTS), data 0") is None
