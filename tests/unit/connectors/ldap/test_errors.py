from __future__ import annotations

import pytest

from connectors.ldap.driver import (
    BindRefused,
    Delete,
    DriverError,
    NoAnswer,
    NoCredentials,
    Operation,
    Result,
    Scope,
    Search,
    Unreachable,
    Untrusted,
)
from connectors.ldap.errors import MEANINGS, error_of, error_without_answer
from connectors.ldap.filters import Present
from connectors.sdk import (
    Conflict,
    ConnectorError,
    Gone,
    OutcomeUnknown,
    Refused,
    TargetDown,
    TargetMisconfigured,
)

WRITE, READ = Delete("dc=x"), Search("dc=x", Scope.BASE, Present("a"), ())


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (10, TargetMisconfigured),
        (16, Conflict),
        (19, Refused),
        (20, Conflict),
        (32, Gone),
        (49, TargetMisconfigured),
        (50, Refused),
        (51, TargetDown),
        (52, TargetDown),
        (65, Refused),
        (68, Conflict),
        (4242, Refused),
    ],
)
def test_a_code_says_what_happens_next(code: int, error: type[ConnectorError]) -> None:
    assert error is type(error_of(Result(code)))


@pytest.mark.parametrize("code", MEANINGS)
def test_what_is_refused_comes_with_a_remedy(code: int) -> None:
    error = error_of(Result(code))

    assert error.code
    if isinstance(error, Refused):
        assert error.fix


@pytest.mark.parametrize(
    ("said", "attribute"),
    [
        ("object class 'inetOrgPerson' requires attribute 'sn'", "sn"),
        ("attribute 'dc' not allowed", "dc"),
        ('attribute "dc" not allowed', "dc"),
        ('missing attribute "sn" required by object class "person"', "sn"),
        ("telephoneNumber: value #0 invalid per syntax", "telephoneNumber"),
        ("modify/add: cn;lang-fr: value #0 already exists", "cn;lang-fr"),
        ("breaks constraint on mail", "mail"),
        ("some attributes not unique", None),
        ("non-unique attributes found with (|(mail=x))", "mail"),
    ],
)
def test_the_attribute_is_read_from_what_the_directory_says(said: str, attribute: str | None) -> None:
    error = error_of(Result(65, said))

    assert isinstance(error, Refused)
    assert attribute == error.attribute
    assert said in str(error)


def test_values_are_kept_out_of_the_sentence() -> None:
    error = error_of(Result(19, "mail 'ada@example.com' is taken"), [b"ada@example.com", b"x"])

    assert "ada" not in str(error)
    assert "is taken" in str(error)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("some attributes not unique", "constraintViolation:unique"),
        ("non-unique attributes found with (|(mail=x))", "constraintViolation:unique"),
        ("Password fails quality checking policy", "constraintViolation:password"),
        ("breaks constraint on mail", "constraintViolation"),
    ],
)
def test_broken_constraints_are_told_apart(said: str, code: str) -> None:
    assert code == error_of(Result(19, said)).code


def test_a_read_only_copy_is_not_the_entrys_fault() -> None:
    assert isinstance(error_of(Result(53, "shadow context; no update referral")), TargetMisconfigured)
    assert isinstance(error_of(Result(53, "something else")), Refused)


@pytest.mark.parametrize(
    ("failure", "operation", "error"),
    [
        (NoAnswer("x"), WRITE, OutcomeUnknown),
        (NoAnswer("x"), READ, TargetDown),
        (Unreachable("x"), WRITE, TargetDown),
        (Unreachable("x"), READ, TargetDown),
        (Untrusted("x"), WRITE, TargetMisconfigured),
        (NoCredentials("x"), WRITE, TargetMisconfigured),
        (BindRefused(49, ""), WRITE, TargetMisconfigured),
        (BindRefused(53, "x"), WRITE, TargetMisconfigured),
        (DriverError("x"), READ, TargetDown),
    ],
)
def test_only_a_write_that_was_sent_leaves_its_outcome_open(
    failure: DriverError, operation: Operation, error: type[ConnectorError]
) -> None:
    assert error is type(error_without_answer(failure, operation))
