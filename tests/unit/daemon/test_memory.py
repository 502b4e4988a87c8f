import asyncio
import subprocess
import sys

import pytest

from bridge.daemon import memory


@pytest.fixture
def usual(monkeypatch):
    """What is set for the whole process is put back."""
    monkeypatch.setattr(asyncio.selector_events._SelectorSocketTransport, "max_size", 2**18)
    monkeypatch.setattr(asyncio.sslproto.SSLProtocol, "max_size", 2**18)


class Pieces(asyncio.Protocol):
    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.ended = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        self.sizes.append(len(data))

    def connection_lost(self, _: Exception | None) -> None:
        self.ended.set_result(None)


async def test_a_connection_is_read_in_pieces(usual):
    memory.read_in_pieces()
    loop, pieces = asyncio.get_running_loop(), Pieces()
    async with await loop.create_server(lambda: pieces, "127.0.0.1") as server:
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(bytes(2**20))
        writer.close()
        await pieces.ended

    assert 2**20 == sum(pieces.sizes)
    assert max(pieces.sizes) <= memory.READ


FORGET = """
import gc
from bridge.daemon import memory

memory.forget_seldom()
print(gc.get_freeze_count(), gc.isenabled())
"""


def test_what_is_there_is_looked_through_no_more():
    """In a process of its own: it is for good."""
    done = subprocess.run([sys.executable, "-c", FORGET], capture_output=True, text=True, check=True)
    frozen, is_enabled = done.stdout.split()

    assert int(frozen) > 1000
    assert is_enabled == "True"
