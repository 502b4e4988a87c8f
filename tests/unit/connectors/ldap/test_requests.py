"""The encoder is held against the library it replaces: pyasn1 reads what we write."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.protocol.rfc3062 import PasswdModifyRequestValue
from ldap3.protocol.rfc4511 import LDAPMessage
from pyasn1.codec.ber import decoder

from connectors.ldap.driver import (
    Add,
    Delete,
    Do,
    Mod,
    Modify,
    ModifyDn,
    Operation,
    ReadPage,
    Scope,
    Search,
    SetPassword,
)
from connectors.ldap.filters import Equal, Present
from connectors.ldap.requests import ASSERTION, PAGED, POST_READ, SET_BY_RFC_3062, encode

SEARCH = Search("dc=x", Scope.SUBTREE, Equal("uid", b"a"), ("cn", "sn"), 7)
GUARD = Equal("entryUUID", b"u")


def decoded(operation: Operation, number: int = 5) -> Any:
    message, rest = decoder.decode(encode(number, operation), asn1Spec=LDAPMessage())
    assert b"" == rest
    assert number == int(message["messageID"])
    return message


@given(
    st.integers(1, 2**31 - 1),
    st.dictionaries(st.text(max_size=9), st.lists(st.binary(max_size=300), max_size=3).map(tuple), max_size=4),
)
def test_an_add_of_any_values(number: int, attributes: dict[str, tuple[bytes, ...]]) -> None:
    request = decoded(Add("cn=é,dc=x", attributes), number)["protocolOp"]["addRequest"]

    assert "cn=é,dc=x".encode() == bytes(request["entry"])
    assert attributes == {
        bytes(each["type"]).decode(): tuple(
            sorted(map(bytes, each["vals"]), key=list(attributes[bytes(each["type"]).decode()]).index)
        )
        for each in request["attributes"]
    } or any(len(set(values)) != len(values) for values in attributes.values())


def test_a_modify_keeps_the_order_of_its_changes() -> None:
    mods = (Mod(Do.ADD, "a", (b"1", b"2")), Mod(Do.REPLACE, "b", ()), Mod(Do.DELETE, "a", (b"3",)))
    message = decoded(Modify("dc=x", mods, GUARD))
    changes = message["protocolOp"]["modifyRequest"]["changes"]

    assert [(0, b"a"), (2, b"b"), (1, b"a")] == [
        (int(each["operation"]), bytes(each["modification"]["type"])) for each in changes
    ]
    assert [2, 0, 1] == [len(each["modification"]["vals"]) for each in changes]


@pytest.mark.parametrize("superior", [None, "ou=new,dc=x"])
def test_a_rename_drops_the_old_name(superior: str | None) -> None:
    request = decoded(ModifyDn("uid=a,dc=x", "uid=b", superior, GUARD))["protocolOp"]["modDNRequest"]

    assert (b"uid=a,dc=x", b"uid=b", True) == (
        bytes(request["entry"]),
        bytes(request["newrdn"]),
        bool(request["deleteoldrdn"]),
    )
    assert (superior is not None) == request["newSuperior"].hasValue()


def test_a_delete_names_the_entry() -> None:
    assert b"dc=x" == bytes(decoded(Delete("dc=x"))["protocolOp"]["delRequest"])


def test_a_search_says_how_far_and_how_many() -> None:
    request = decoded(SEARCH)["protocolOp"]["searchRequest"]

    assert (b"dc=x", 2, 0, 7, [b"cn", b"sn"]) == (
        bytes(request["baseObject"]),
        int(request["scope"]),
        int(request["derefAliases"]),
        int(request["sizeLimit"]),
        [bytes(each) for each in request["attributes"]],
    )


@pytest.mark.parametrize(
    ("operation", "oid", "critical"),
    [
        (Delete("dc=x", GUARD), ASSERTION, True),
        (Modify("dc=x", (), GUARD), ASSERTION, True),
        (ModifyDn("dc=x", "dc=y", None, GUARD), ASSERTION, True),
        (Add("dc=x", {}, ("entryUUID",)), POST_READ, False),
        (ReadPage(1, SEARCH, 500, b"cookie"), PAGED, True),
    ],
)
def test_controls(operation: Operation, oid: str, critical: bool) -> None:
    (control,) = decoded(operation)["controls"]

    assert (oid, critical) == (bytes(control["controlType"]).decode(), bool(control["criticality"]))
    assert bytes(control["controlValue"])


def test_an_operation_without_a_condition_has_no_control() -> None:
    assert not decoded(Search("", Scope.BASE, Present("objectClass"), ()))["controls"].hasValue()


def test_a_password_goes_by_the_operation_of_its_own() -> None:
    operation = SetPassword("uid=é,dc=x", "Zwölf".encode())
    request = decoded(operation)["protocolOp"]["extendedReq"]
    value, _ = decoder.decode(bytes(request["requestValue"]), asn1Spec=PasswdModifyRequestValue())

    assert SET_BY_RFC_3062 == str(request["requestName"])
    assert "uid=é,dc=x".encode() == bytes(value["userIdentity"])
    assert "Zwölf".encode() == bytes(value["newPasswd"])
    assert not value["oldPasswd"].hasValue()
    assert "Zw" not in repr(operation)
