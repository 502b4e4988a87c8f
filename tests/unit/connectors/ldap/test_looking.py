"""Looks at places: those of one turn of the loop are one search, and nobody gets another's answer."""

import asyncio

import pytest

from connectors.ldap.driver import Found, Operation, Result, Scope, Search
from connectors.ldap.filters import EVERYTHING, Any
from connectors.ldap.looking import MOST, Looks
from connectors.sdk import TargetDown

BASE = "ou=people,dc=x"


class Directory:
    """Holds entries by DN and finds them as a directory does; notes what it was asked."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.asked: list[Search] = []
        self.together: list[Result | Exception] = []  # what searches for many are answered instead

    async def ask(self, operation: Operation, *fine: int) -> Result:
        assert isinstance(operation, Search)
        self.asked.append(operation)
        await asyncio.sleep(0)
        if operation.scope is Scope.BASE:
            assert operation.where == EVERYTHING
            return self._found([operation.base])
        if self.together:
            answer = self.together.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        assert isinstance(operation.where, Any)
        return self._found([part.value.decode() for part in operation.where.parts])

    def _found(self, wanted: list[str]) -> Result:
        return Result(0, found=tuple(Found(name, {}) for name in self.names if name.lower() in map(str.lower, wanted)))


def looks(directory: Directory) -> Looks:
    return Looks(directory.ask, together=True)


def named(number: int) -> str:
    return f"uid=u{number},{BASE}"


async def ask_for(looks: Looks, *names: str) -> list[str | None]:
    found = await asyncio.gather(*(looks.at(BASE, name, ("uid",)) for name in names))
    return [each.dn if each else None for each in found]


async def test_those_asked_together_are_one_search_and_each_gets_its_own() -> None:
    directory = Directory(named(1), named(3))

    assert [named(1), None, named(3)] == await ask_for(looks(directory), named(1), named(2), named(3))
    assert 1 == len(directory.asked)


async def test_the_spelling_of_a_place_does_not_matter() -> None:
    directory = Directory("UID=U1,OU=People,DC=x")

    assert ["UID=U1,OU=People,DC=x", None] == await ask_for(looks(directory), named(1), named(2))
    assert 1 == len(directory.asked)


async def test_one_place_asked_twice_is_answered_twice() -> None:
    assert [named(1), named(1), None] == await ask_for(looks(Directory(named(1))), named(1), named(1), named(2))


async def test_what_is_asked_alone_is_looked_at_where_it_is() -> None:
    directory = Directory(named(1))

    assert [named(1)] == await ask_for(looks(directory), named(1))
    assert [(named(1), Scope.BASE)] == [(search.base, search.scope) for search in directory.asked]


async def test_another_turn_of_the_loop_is_another_search() -> None:
    directory = Directory()
    both = looks(directory)
    await ask_for(both, named(1), named(2))
    await ask_for(both, named(3), named(4))

    assert 2 == len(directory.asked)


async def test_other_attributes_are_another_search() -> None:
    directory = Directory(named(1))
    both = looks(directory)
    await asyncio.gather(*(both.at(BASE, named(n), (name,)) for n in (1, 2) for name in ("uid", "mail")))

    assert [("uid",), ("mail",)] == [search.attributes for search in directory.asked]


async def test_a_search_names_no_more_than_a_directory_bears() -> None:
    directory = Directory(named(MOST + 5))
    found = await ask_for(looks(directory), *map(named, range(MOST + 10)))

    assert [named(MOST + 5)] == [each for each in found if each]
    assert 2 == len(directory.asked)


@pytest.mark.parametrize(
    "unsettled",
    [
        Result(4, found=(Found(named(1), {}),)),
        Result(50),
        Result(0, referrals=("ldap://elsewhere",)),
        Result(0, found=(Found("uid=stranger,ou=people,dc=x", {}),)),
    ],
    ids=["too many", "not allowed", "held elsewhere", "nobody asked for it"],
)
async def test_what_one_search_does_not_settle_is_looked_at_place_by_place(unsettled: Result) -> None:
    directory = Directory(named(1))
    directory.together = [unsettled]

    assert [named(1), None] == await ask_for(looks(directory), named(1), named(2))
    assert 3 == len(directory.asked)


async def test_where_one_search_fails_the_others_look_for_themselves() -> None:
    directory = Directory(named(1), named(2))
    directory.together = [TargetDown("the connection broke")]
    both = looks(directory)
    first, second = await asyncio.gather(*(both.at(BASE, named(n), ()) for n in (1, 2)), return_exceptions=True)

    assert isinstance(first, TargetDown)
    assert isinstance(second, Found)


async def test_whoever_gives_up_takes_nobody_along() -> None:
    both = looks(Directory(named(1), named(2), named(3)))
    async with asyncio.TaskGroup() as group:
        first, second, third = (group.create_task(both.at(BASE, named(n), ())) for n in (1, 2, 3))
        await asyncio.sleep(0)
        first.cancel()
        second.cancel()

    found = third.result()
    assert found is not None
    assert named(3) == found.dn
    assert [named(1)] == await ask_for(both, named(1))


async def test_a_directory_that_was_not_seen_to_do_it_is_asked_place_by_place() -> None:
    directory = Directory(named(1))
    alone = Looks(directory.ask)

    assert [named(1), None] == await ask_for(alone, named(1), named(2))
    assert [Scope.BASE, Scope.BASE] == [search.scope for search in directory.asked]


@pytest.mark.parametrize(
    ("answer", "can"),
    [
        (Result(0, found=(Found("OU=People, DC=x", {}),)), True),
        (Result(0), False),
        (Result(0, found=(Found(BASE, {}), Found(f"cn=nothing,{BASE}", {}))), False),
        (Result(53), False),
    ],
    ids=["finds it", "knows no such filter", "finds too much", "will not"],
)
async def test_a_directory_shows_whether_it_can(answer: Result, can: bool) -> None:
    directory = Directory()
    directory.together = [answer]

    assert can is await Looks(directory.ask).can_look_together(BASE)
