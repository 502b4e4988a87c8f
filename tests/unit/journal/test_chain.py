import sqlite3

import pytest

from bridge.journal import chain, keys
from bridge.journal.chain import Place
from bridge.journal.schema import migrate
from bridge.journal.tx import Tx

KEY = bytes(range(32))


def test_a_place_is_written_and_read_as_text():
    place = Place(42, bytes(range(32)))

    assert place == Place.parse(str(place))


@pytest.mark.parametrize("text", ["", "5", "5:", "5:zz", "x:" + "00" * 32, "-1:" + "00" * 32, "5:" + "00" * 31])
def test_what_is_no_place_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        Place.parse(text)


def test_a_batch_without_rows_leaves_the_head_alone():
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    keys.check(db, KEY)
    before = chain.head(db)

    chain.write(Tx(db, 0, keys.chain_key(KEY)))

    assert before == chain.head(db)
    db.close()


def test_each_seal_is_of_its_own_kind():
    """What one seal is good for, no other is: a head is no checkpoint, and no mark of an erasure."""
    row, key = {"seq": 1, "digest": bytes(32)}, bytes(32)

    seals = {
        chain.seal(key, b""),
        chain.digest(key, ""),
        chain.erasure(key, row),
        chain.checkpoint_seal(key, Place(1, bytes(32))),
    }

    assert 4 == len(seals)
