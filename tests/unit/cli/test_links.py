"""What `links` shows a person."""

from typing import Any

from bridge.cli.links import _LINES

RESOURCE = {
    "name": "kim",
    "id": "018b",
    "type": "User",
    "tenant": "default",
    "version": 7,
    "created": 1_795_000_000_000,
    "modified": 1_795_000_000_000,
    "deleted": None,
}
LINK: dict[str, Any] = {
    "target": "corp",
    "state": "in_sync",
    "wish": 3,
    "done": 3,
    "entry_id": "e1",
    "locator": "uid=kim,ou=people",
    "claim": "uid=kim,ou=people",
    "version": 7,
    "waits_claim": None,
    "waits_for": None,
    "disabled": False,
    "intent": False,
    "due": 1_795_000_000_000,
    "attempts": 0,
    "error": None,
    "code": None,
    "attribute": None,
    "text": None,
    "fix": None,
    "departure": None,
    "departed": None,
    "next_step": None,
}


def _lines(action: str, **answer: Any) -> list[str]:
    return list(_LINES[action]({"resource": RESOURCE, "target": "corp", **answer}))


def test_a_link_shows_its_entry() -> None:
    _, *lines = _lines("show", links=[LINK])

    assert ["corp: in_sync, wish 3, done 3", "  entry     uid=kim,ou=people (id e1), version 7"] == lines


def test_a_link_that_is_in_trouble_shows_all_of_it() -> None:
    trouble = {"state": "parked", "attempts": 2, "error": "Refused", "code": "65", "text": "sn is missing"}
    names = {"claim": "uid=kim2", "waits_claim": "uid=lee", "disabled": True, "attribute": "sn", "fix": "map sn"}
    _, *lines = _lines("show", links=[{**LINK, **trouble, **names}])

    assert [
        "corp: parked, wish 3, done 3",
        "  entry     uid=kim,ou=people (id e1), version 7",
        "  claims    uid=kim2",
        "  waits for uid=lee, which another resource has",
        "  locked    by us",
        "  due       2026-11-18 11:06:40 UTC, after 2 attempts",
        "  error     sn: sn is missing (code 65)",
        "            → map sn",
    ] == lines


def test_who_leaves_in_steps_says_how_far_that_is() -> None:
    leaves = {"departure": "deleted", "departed": 1_795_000_000_000, "next_step": 1_795_000_005_000}
    shown = _lines("show", links=[{**LINK, **leaves}])

    since = "  leaves    deleted since 2026-11-18 11:06:40 UTC"
    assert f"{since}; the next step is due at 2026-11-18 11:06:45 UTC" == shown[-1]
    assert since == _lines("show", links=[{**LINK, **leaves, "next_step": None}])[-1]


def test_a_link_without_an_entry_says_so_and_whether_one_is_being_made() -> None:
    link = {**LINK, "entry_id": None, "claim": None}

    assert "  entry     none of ours" == _lines("show", links=[link])[-1]
    made = {**link, "intent": True, "claim": "uid=kim"}
    assert "  entry     none of ours; one is being made at uid=kim" in _lines("show", links=[made])
    assert "  no target has ever taken it" == _lines("show", links=[])[-1]


def test_what_was_relinked_says_what_follows() -> None:
    to_do = {"changes": [["mail", "replace"]], "move": True}
    answer = {"entry": "uid=kim", "before": "uid=old", "to_do": to_do, "waits": "corp is paused: maintenance"}

    assert [
        "kim at corp is uid=kim now; uid=old is not ours any more and stays as it is",
        "  to be delivered: rename or move, replace mail",
        "  but corp is paused: maintenance",
    ] == _lines("relink", **answer)
    same = {"entry": "uid=kim", "before": None, "to_do": {"changes": []}, "waits": None}
    assert "  to be delivered: nothing; it is as it is wanted" == _lines("relink", **same)[-1]


def test_what_was_unlinked_says_what_stays() -> None:
    assert (
        "kim at corp: uid=kim is not ours any more; nothing was written there" == _lines("unlink", before="uid=kim")[0]
    )
    assert "had no entry of ours" in _lines("unlink", before=None)[0]
