"""Tokens: a digest and a name; what is revoked is not there any more."""

import re

import pytest

from bridge.journal import tokens
from bridge.journal.tokens import NameTaken, Token, TokenUnknown

DAY = 86_400_000
ONE, TWO, THREE = (tokens.digest(text) for text in ("one", "two", "three"))


async def add(journal, name="entra", digest=ONE, expires=None):
    await journal.submit(lambda tx: tokens.add(tx, "entra", name, digest, expires))


def test_a_token_is_256_random_bits_behind_a_prefix_that_scanners_know():
    made = {tokens.generate() for _ in range(100)}

    assert 100 == len(made)
    assert all(re.fullmatch(r"scimbridge_[A-Za-z0-9_-]{43}", token) for token in made)


async def test_a_token_is_kept_by_name_client_and_times(journal, clock):
    await add(journal, expires=clock.now() + DAY)

    assert [Token(ONE, "entra", "entra", clock.now(), clock.now() + DAY)] == journal.read(tokens.kept)
    assert DAY == journal.read(tokens.kept)[0].lifetime


async def test_two_tokens_have_two_names(journal):
    await add(journal)

    with pytest.raises(NameTaken, match="'entra' already, of the client entra"):
        await add(journal, digest=TWO)
    assert [ONE] == [token.digest for token in journal.read(tokens.kept)]


async def test_a_token_without_a_name_gets_its_clients_or_that_with_a_number(journal):
    assert "entra" == journal.read(lambda db: tokens.free_name(db, "entra"))
    await add(journal)
    await add(journal, "entra-2", TWO)

    assert "entra-3" == journal.read(lambda db: tokens.free_name(db, "entra"))


async def test_a_rotated_token_is_beside_the_one_before_until_that_ends(journal, clock):
    await add(journal)
    clock.advance(60)
    now = clock.now()

    before = await journal.submit(lambda tx: tokens.rotate(tx, "entra", TWO, now + DAY, None))

    new, old = journal.read(tokens.kept)
    assert [ONE] == [token.digest for token in before]
    assert (TWO, now, None, None) == (new.digest, new.made, new.expires, new.replaced)
    assert (ONE, now + DAY, now) == (old.digest, old.expires, old.replaced)


async def test_a_rotation_that_keeps_nothing_ends_all_that_had_the_name(journal, clock):
    await add(journal)
    await journal.submit(lambda tx: tokens.rotate(tx, "entra", TWO, clock.now() + DAY, None))

    before = await journal.submit(lambda tx: tokens.rotate(tx, "entra", THREE, clock.now(), None))

    assert {ONE, TWO} == {token.digest for token in before}
    assert [THREE] == [token.digest for token in journal.read(tokens.kept)]


async def test_of_a_name_all_can_be_ended_or_only_what_was_replaced(journal, clock):
    await add(journal)
    await add(journal, "okta", THREE)
    await journal.submit(lambda tx: tokens.rotate(tx, "entra", TWO, clock.now() + DAY, None))

    old = await journal.submit(lambda tx: tokens.revoke(tx, "entra", replaced=True))
    rest = await journal.submit(lambda tx: tokens.revoke(tx, "entra", replaced=False))

    assert [[ONE], [TWO]] == [[token.digest for token in ended] for ended in (old, rest)]
    assert [THREE] == [token.digest for token in journal.read(tokens.kept)]


async def test_who_names_none_hears_which_there_are(journal):
    with pytest.raises(TokenUnknown, match="no token 'entr'; tokens: none"):
        await journal.submit(lambda tx: tokens.revoke(tx, "entr", replaced=False))
    await add(journal)
    await add(journal, "spare", TWO)

    with pytest.raises(TokenUnknown, match="no token 'entr'; tokens: entra, spare"):
        await journal.submit(lambda tx: tokens.rotate(tx, "entr", THREE, 0, None))


async def test_a_token_is_found_by_itself(journal):
    await add(journal)

    assert "entra" == journal.read(lambda db: tokens.of_digest(db, ONE)).name
    with pytest.raises(TokenUnknown, match="none of the journal's"):
        journal.read(lambda db: tokens.of_digest(db, TWO))


async def test_when_tokens_were_taken_is_noted_and_what_is_none_of_ours_passed_over(journal, clock):
    await add(journal)

    await journal.submit(lambda tx: tokens.note(tx, {ONE: clock.now(), THREE: clock.now()}))

    assert [clock.now()] == [token.used for token in journal.read(tokens.kept)]


async def test_what_was_replaced_is_forgotten_once_it_has_ended_and_nothing_else(journal, clock):
    """One that has ended and was not replaced is shown still, so that a person sees why a client is refused."""
    await add(journal, expires=clock.now() + DAY)
    await add(journal, "spare", THREE)
    await journal.submit(lambda tx: tokens.rotate(tx, "entra", TWO, clock.now() + 1000, clock.now() + DAY))

    await journal.submit(tokens.forget_ended)
    assert {ONE, TWO, THREE} == {token.digest for token in journal.read(tokens.kept)}
    clock.advance(2 * 86_400)
    await journal.submit(tokens.forget_ended)
    assert {TWO, THREE} == {token.digest for token in journal.read(tokens.kept)}


async def test_a_token_is_in_no_text_of_itself(journal):
    await add(journal)

    assert "digest" not in repr(journal.read(tokens.kept))
