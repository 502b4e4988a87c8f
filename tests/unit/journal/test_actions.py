import pytest

from bridge.journal import actions
from bridge.journal.actions import DAEMON, Action, operator


async def test_what_was_done_is_listed_the_newest_first(journal, clock):
    await journal.submit(lambda tx: actions.record(tx, Action(operator(1000), "approve", "corp-1", {"released": 2})))
    clock.advance(1)
    await journal.submit(lambda tx: actions.record(tx, Action(DAEMON, "reload")))

    assert [
        Action(DAEMON, "reload", "", {}, 2, clock.now()),
        Action(operator(1000), "approve", "corp-1", {"released": 2}, 1, clock.now() - 1000),
    ] == journal.read(actions.latest)


async def test_what_was_undone_was_not_done(journal):
    def fails(tx):
        actions.record(tx, Action(DAEMON, "reload"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await journal.submit(fails)

    assert [] == journal.read(actions.latest)
