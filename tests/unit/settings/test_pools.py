from __future__ import annotations

from collections.abc import Callable

import pytest

from bridge.settings import Fault, Settings

Load = Callable[..., Settings]
Faults = Callable[..., list[Fault]]

UIDS = '[pools.uids]\nrange = ["20000-29999", "40000-40001"]\n'
LOGINS = "[pools.logins]\ncandidate = \"= user.userName + (n > 1 ? string(n) : '')\"\n"


def test_a_pool_gives_numbers_or_names(read: Load, sound: str, target: str) -> None:
    mapped = target + 'uidNumber = { pool = "uids" }\nlogin = { pool = "logins", mode = "seed" }\n'
    attributes = read(sound + UIDS + LOGINS + mapped).targets["corp"].kinds["users"].attributes
    uids, logins = attributes["uidNumber"].pool, attributes["login"].pool

    assert uids is not None
    assert logins is not None
    assert ("uids", (range(20000, 30000), range(40000, 40002))) == (uids.name, uids.range)
    assert "user.userName + (n > 1 ? string(n) : '')" == logins.expression == attributes["login"].expression


@pytest.mark.parametrize(
    ("pool", "problem"),
    [
        ("", "gives either numbers or names"),
        ('range = "1-2"\ncandidate = "= user.userName"', "gives either numbers or names"),
        ('range = "1000"', "is not a range of numbers"),
        ("range = 1000", "is not a range of numbers"),
        ('range = ["9-1"]', "ends before it begins"),
        ("range = []", "item"),
        ('candidate = "userName"', "is not an expression"),
        ('ranges = "1-2"', "is not a key that is known here"),
    ],
)
def test_a_pool_that_gives_nothing_is_told(faults: Faults, sound: str, target: str, pool: str, problem: str) -> None:
    found = faults(f"{sound}[pools.uids]\n{pool}\n" + target)

    assert any(fault.place.startswith("pools.uids") and problem in fault.problem for fault in found), found


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ('{ pool = "uid" }', "names a pool that is not there"),
        ("{ pool = 1 }", "names a pool that is not there"),
        ('{ pool = "uids", from = "userName" }', "does not say where the value comes from"),
    ],
)
def test_an_attribute_names_a_pool_of_the_file(
    faults: Faults, sound: str, target: str, rule: str, problem: str
) -> None:
    (fault,) = faults(f"{sound}{UIDS}{target}uidNumber = {rule}\n")

    assert problem in fault.problem
    assert fault.remedy


def test_a_pool_with_faults_is_told_once_as_itself(faults: Faults, sound: str, target: str) -> None:
    found = faults(f'{sound}[pools.uids]\nrange = "x"\n{target}uidNumber = {{ pool = "uids" }}\n')

    assert ["is not a range of numbers", "names a pool that has faults of its own"] == [f.problem for f in found]
