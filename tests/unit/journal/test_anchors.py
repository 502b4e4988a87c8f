import stat

import pytest

from bridge.journal import anchors
from bridge.journal.chain import Place

PLACE = Place(7, bytes(range(32)))


def test_what_was_anchored_last_is_read(tmp_path):
    anchors.write(tmp_path / "journal.db", Place(6, bytes(32)))
    anchors.write(tmp_path / "journal.db", PLACE)

    assert PLACE == anchors.read(tmp_path / "journal.db")


def test_the_anchor_is_for_its_owner_alone(tmp_path):
    anchors.write(tmp_path / "journal.db", PLACE)

    assert 0o600 == stat.S_IMODE(anchors.path_of(tmp_path / "journal.db").stat().st_mode)


@pytest.mark.parametrize("text", [None, "", "half a li"])
def test_what_cannot_be_read_is_no_anchor(tmp_path, text):
    if text is not None:
        anchors.path_of(tmp_path / "journal.db").write_text(text)

    assert anchors.read(tmp_path / "journal.db") is None
