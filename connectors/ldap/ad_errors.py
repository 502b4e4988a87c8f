"""What Active Directory means by the codes inside its messages, in plain words. Pure.

    80090308: LdapErr: DSID-0C09…, comment: AcceptSecurityContext error, data 775, v3839     a refused bind
    0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0                 a refused write

The numbers are Windows' own (winerror.h); Samba's domain controller uses the same.
"""

from __future__ import annotations

import re

_BIND = re.compile(r"AcceptSecurityContext error, data ([0-9a-f]+)", re.IGNORECASE)
_WRITE = re.compile(r"^([0-9A-F]{8}): ")

POLICY = "0000052D"
_BINDS = {
    "525": "there is no such account",
    "52e": "the password is wrong, or the account is not there",
    "530": "the account may not log in at this time",
    "531": "the account may not log in from this machine",
    "532": "the account's password has expired",
    "533": "the account is disabled",
    "701": "the account has expired",
    "773": "the account's password must be changed first",
    "775": "the account is locked out",
}
_WRITES = {
    "00000005": "the bind account lacks a right for this",
    "00000525": "an entry that it names is not there",
    POLICY: "the domain's password policy does not take it (length, complexity, history or age)",
    "00000561": "the member is not in the group",
    "00000562": "the member is in the group already",
    "00002098": "the bind account lacks a right for this",
}
_TAKEN = {"00000524": "sAMAccountName", "000021C8": "userPrincipalName"}


def meaning(diagnostic: str) -> str | None:
    """The message in plain words; None where it holds no code that we know."""
    if bind := _BIND.search(diagnostic):
        return _BINDS.get(bind[1].lower())
    return _WRITES.get(code_of(diagnostic) or "")


def code_of(diagnostic: str) -> str | None:
    """The code that a message about a write begins with."""
    found = _WRITE.match(diagnostic)
    return found[1] if found else None


def taken(diagnostic: str) -> str | None:
    """The attribute whose value another account has: the entry's place is free, and yet it cannot be made."""
    if "samaccountname" in diagnostic.lower() and "in use" in diagnostic:
        return "sAMAccountName"  # Samba has one code for this and for a place that is taken
    return _TAKEN.get(code_of(diagnostic) or "")
