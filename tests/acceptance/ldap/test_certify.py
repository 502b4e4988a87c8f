"""`connectors certify` on a real directory: every promise that a config alone can try is kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from demo.slapd import PASSWORD, SERVICE
from tests.daemon import Daemon
from tests.slapd import Tree


@pytest.mark.slapd
def test_a_branch_of_openldap_keeps_every_promise_and_is_empty_afterwards(slapd_tree: Tree, tmp_path: Path) -> None:
    slapd_tree.add(f"ou=left,{slapd_tree.base}", "organizationalUnit")
    daemon = Daemon(tmp_path)
    daemon.configure(
        f"""
[targets.corp]
connector = "ldap"
url = "{slapd_tree.slapd.url}"
bind_dn = "{SERVICE}"
bind_password = "file:credentials/corp-bind"
[targets.corp.users]
base = "{slapd_tree.people}"
scope = 'userType eq "Robot"'
on_delete = ["move:ou=left,{slapd_tree.base}", "90d delete"]
[targets.corp.users.attributes]
uid = "userName"
cn = "= default(user.displayName, user.userName)"
sn = "= default(user.name.familyName, user.userName)"
mail = 'emails[type eq "work"].value'
telephoneNumber = "phoneNumbers.value"
title = "title"
[targets.corp.groups]
base = "{slapd_tree.groups}"
[targets.corp.groups.attributes]
cn = "displayName"
""",
        **{"corp-bind": PASSWORD},
    )
    told = daemon.command("connectors", "certify", "corp", "--yes")
    print(told)

    assert re.search(r"^\d\d kept, 0 BROKEN", told, re.MULTILINE), told
    assert {"only the target can tell whether a lock holds", "only the target can tell whether a password opens"} == {
        line.rpartition(": ")[2] for line in told.splitlines() if line.startswith("not tried")
    }
    assert "not offered" not in told
    for base in (slapd_tree.people, slapd_tree.groups, f"ou=left,{slapd_tree.base}"):
        slapd_tree.admin.search(base, "(objectClass=*)", "LEVEL", attributes=["1.1"])
        assert [] == slapd_tree.admin.search(base, "(objectClass=*)", "LEVEL", attributes=["1.1"])[2]
