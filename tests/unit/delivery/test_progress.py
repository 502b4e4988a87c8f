"""What a worker holds in hand is true after every step."""

from bridge.delivery.progress import Progress
from bridge.journal.links import Link
from bridge.mapping import Rules
from connectors.sdk import Change, Ref, Verb

LINK = Link(
    target="corp",
    resource="1",
    kind="users",
    wish=3,
    attempts=1,
    version=2,
    entry_id="e1",
    locator="uid=kim",
    claim="uid=kim",
    applied="{}",
    disabled=True,
    member=True,
    intent=None,
    verify=True,
    rules="r",
)


def _progress() -> Progress:
    return Progress(LINK, Rules("users", "User", (), ""))


def test_the_link_as_it_was_claimed_stays() -> None:
    progress = _progress()
    progress.now(version=9)

    assert (LINK, 9) == (progress.before, progress.link.version)


def test_an_entry_that_moved_is_where_it_is_now() -> None:
    progress = _progress()
    progress.at(Ref("users", "e1", "uid=lee"))

    assert Ref("users", "e1", "uid=lee") == progress.link.ref


def test_of_an_entry_that_is_gone_nothing_is_known() -> None:
    progress = _progress()
    progress.gone()
    link = progress.link

    assert (None, None, None, None) == (link.ref, link.claim, link.applied, link.intent)
    assert (False, False, False) == (link.disabled, link.member, link.verify)
    assert (3, 2) == (link.wish, link.version)


def test_names_are_noted_and_values_are_not() -> None:
    progress = _progress()
    progress.did("update", [Change("mail", Verb.REPLACE, ("kim@example.com",))])
    progress.did("lock")

    assert (["update", "lock"], {"mail"}) == (progress.verbs, progress.attributes)
