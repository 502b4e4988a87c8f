"""What `why` shows a person."""

from typing import Any

from bridge.cli.why import lines

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
TARGET = {
    "target": "corp",
    "kind": "users",
    "state": "in_sync",
    "says": "delivered",
    "wanted": {
        "aim": "hold",
        "locked": False,
        "because": "in the scope, and active",
        "place": "uid=kim",
        "attributes": ["mail", "uid"],
    },
    "there": {
        "id": "e1",
        "locator": "uid=kim,ou=people",
        "version": 6,
        "read": True,
        "present": True,
        "ours": True,
        "attributes": ["uid"],
    },
    "to_do": {"changes": [["mail", "replace"]], "move": False, "lock": False},
    "held": [],
    "departure": None,
    "attempts": 0,
    "next_attempt": None,
    "password": None,
}


def _shown(*changes: dict[str, Any], **target: Any) -> str:
    return "\n".join(lines({"resource": RESOURCE, "targets": [{**TARGET, **target}], "changes": changes}))


def test_it_goes_from_what_is_wanted_to_what_is_to_be_done() -> None:
    assert (
        "kim: User 018b, tenant default, version 7 of 2026-11-18 11:06:40 UTC\n"
        "corp: in_sync: delivered\n"
        "  wanted   an entry at uid=kim: in the scope, and active\n"
        "           with mail, uid\n"
        "  there    uid=kim,ou=people (id e1), version 6\n"
        "           with uid\n"
        "  to do    replace mail\n"
        "last changes:"
    ) == _shown()


def test_changes_are_told_by_who_when_and_what() -> None:
    change = {"at": 1_795_000_000_000, "client": "entra", "operation": "patch", "version": 7}

    assert "2026-11-18 11:06:40 UTC  patch by entra, version 7: emails, title" in _shown(
        {**change, "attributes": ["emails", "title"]}
    )
    assert "version 7: erased" in _shown({**change, "attributes": None})


def test_values_are_shown_a_line_each() -> None:
    assert "             mail: kim@x, kim@y" in _shown(
        wanted={**TARGET["wanted"], "attributes": {"mail": ["kim@x", "kim@y"]}}  # type: ignore[dict-item]
    )


def test_who_is_not_wanted_is_told_by_the_reason() -> None:
    leave = {"aim": "leave", "locked": True, "because": "left scope"}

    assert "  wanted   no entry: deleted" in _shown(wanted={"aim": "remove", "locked": False, "because": "deleted"})
    assert "  wanted   the entry stays as it is, locked, out of its groups: left scope" in _shown(wanted=leave)
    assert "  wanted   unknown: the mapping of mail fails" in _shown(
        wanted={"aim": None, "because": "the mapping of mail fails"}
    )


def test_what_is_there_is_told_also_where_it_is_not_ours_or_not_read() -> None:
    nothing = {"id": None, "locator": None, "version": 0, "read": True, "present": False}

    assert "  there    no entry of ours\n" in _shown(there=nothing)
    assert "an entry that is not ours stands in that place" in _shown(there={**nothing, "present": True, "ours": False})
    assert "somebody removed it" in _shown(there={**nothing, "id": "e1", "locator": "uid=kim"})
    unread = {"id": "e1", "locator": "uid=kim", "version": 6, "read": False, "because": "corp is not called"}
    assert "uid=kim (id e1), version 6; not read now: corp is not called" in _shown(there=unread)


def test_what_waits_for_whom_and_until_when_is_told() -> None:
    waits = [{"attribute": "manager", "resource": "018c"}]
    hold = {"operation": "disable", "state": "held", "plan": "corp@3", "reason": "6 within the hour; the limit is 5"}
    shown = _shown(
        wanted={**TARGET["wanted"], "waits_for": waits},  # type: ignore[dict-item]
        held=[hold],
        to_do={"create": True, "members": {"to_add": 2, "to_remove": 0, "waiting": 3}},
        next_attempt=1_795_000_005_000,
        attempts=2,
    )

    assert "manager names 018c, which has no entry there yet" in shown
    assert "  held     disable, plan corp@3: 6 within the hour; the limit is 5" in shown
    assert "  to do    create, add 2 members, 3 members wait" in shown
    assert "  next     2026-11-18 11:06:45 UTC, after 2 attempts" in shown


def test_who_leaves_in_steps_says_how_far_that_is() -> None:
    departure = {"how": "left scope", "since": 1_795_000_000_000, "next_step": None}

    assert "  leaves   left scope since 2026-11-18 11:06:40 UTC\n" in _shown(departure=departure)


def test_a_target_that_takes_nothing_of_it_is_one_line() -> None:
    target = {"target": "file", "state": "unlinked", "says": "the config sends it nothing of this kind or tenant"}
    shown = list(lines({"resource": RESOURCE, "targets": [target], "changes": []}))

    assert "file: unlinked: the config sends it nothing of this kind or tenant" == shown[1]
    assert 3 == len(shown)


def test_a_password_is_told_by_how_it_stands() -> None:
    noon = 1_795_000_000_000
    waits = {"state": "waiting", "at": noon, "expires": noon, "due": noon, "attempts": 0, "text": None}
    refused = {**waits, "state": "parked", "text": "too short"}

    assert "  password of 2026-11-18 11:06:40 UTC waits for an entry, erased 2026-11-18 11:06:40 UTC" in _shown(
        password=waits
    )
    assert "  password refused: too short; tried again 2026-11-18 11:06:40 UTC, erased " in _shown(password=refused)
    assert "  password of 2026-11-18 11:06:40 UTC is on its way" in _shown(password={**waits, "state": "due"})
