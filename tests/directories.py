"""All the real directories: `tree` is a branch of each in turn; imported by the conftest of a folder that wants them.

`slapd_tree` and `ds389_tree` are a branch of one alone. A directory that is not installed is skipped, and says so.
"""

from __future__ import annotations

import pytest

from tests.ds389 import ds389, ds389_admin, ds389_tree
from tests.slapd import Tree, own_slapd, slapd, slapd_admin, slapd_tree

__all__ = ["ds389", "ds389_admin", "ds389_tree", "own_slapd", "slapd", "slapd_admin", "slapd_tree", "tree"]

DIRECTORIES = [
    pytest.param("slapd_tree", id="openldap", marks=pytest.mark.slapd),
    pytest.param("ds389_tree", id="389ds", marks=[pytest.mark.ds389, pytest.mark.xdist_group("ds389")]),
]
"""389 DS starts slowly, and one is enough: its tests go to one worker."""


@pytest.fixture(params=DIRECTORIES)
def tree(request: pytest.FixtureRequest) -> Tree:
    tree: Tree = request.getfixturevalue(request.param)
    return tree
