from __future__ import annotations

from connectors.ldap.members import CHUNK, Part, chunks

KIM, BABS, MOVED = "uid=kim,ou=people,dc=x", "uid=babs,ou=people,dc=x", "uid=kim,ou=left,dc=x"
CREW = "cn=crew,ou=groups,dc=x"
BOTH = ("member", "memberUid")


def test_all_attributes_change_in_one_step() -> None:
    assert [
        (
            Part("member", (BABS.encode(),), (KIM.encode(),)),
            Part("memberUid", (b"babs",), (b"kim",)),
        )
    ] == list(chunks(BOTH, [BABS], [KIM]))


def test_who_is_moved_keeps_the_name() -> None:
    assert [(Part("member", (MOVED.encode(),), (KIM.encode(),)), Part("memberUid", (b"kim",)))] == list(
        chunks(BOTH, [MOVED], [KIM])
    )


def test_a_group_in_a_group_has_no_name() -> None:
    assert [(Part("member", (CREW.encode(),)),)] == list(chunks(BOTH, [CREW], []))


def test_one_spelling_of_each_and_an_added_member_is_not_removed() -> None:
    assert [(Part("member", (KIM.upper().encode(),)),)] == list(chunks(("member",), [KIM, KIM.upper()], [KIM]))


def test_many_go_in_chunks_and_additions_first() -> None:
    added = [f"uid=u{number},dc=x" for number in range(CHUNK + 1)]
    first, second = chunks(("member",), added, [KIM])

    assert (CHUNK, 0) == (len(first[0].add), len(first[0].remove))
    assert ((added[-1].encode(),), (KIM.encode(),)) == (second[0].add, second[0].remove)
    assert [] == list(chunks(BOTH, [], []))
