from __future__ import annotations

import pytest

from connectors.ldap.driver import Delete, Result
from connectors.ldap.frames import Incoming, pack

FRAMES = [[(1, Delete("cn=a")), (2, Result(0))], [], [(3, Result(32, "x" * 70_000))]]


@pytest.mark.parametrize("size", [1, 3, 5, 1000, 1 << 20])
def test_messages_arrive_in_order_however_the_bytes_are_cut(size: int) -> None:
    wire = b"".join(map(pack, FRAMES))
    incoming = Incoming()

    arrived = [message for at in range(0, len(wire), size) for message in incoming.feed(wire[at : at + size])]

    assert [message for frame in FRAMES for message in frame] == arrived


def test_a_message_is_given_as_soon_as_its_frame_is_whole() -> None:
    incoming = Incoming()
    first, second = pack(["a"]), pack(["b"])

    assert ["a"] == list(incoming.feed(first + second[:-1]))
    assert ["b"] == list(incoming.feed(second[-1:]))
