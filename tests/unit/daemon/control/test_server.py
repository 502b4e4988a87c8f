"""The CLI's question reaches the daemon and its answer comes back, whoever is wrong."""

import asyncio
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bridge.daemon.control import protocol, server


async def _answer(question: protocol.Question) -> Any:
    if question.command == "status":
        return {"targets": {question.subject: "closed"}}
    if question.command == "who":
        return {"uid": question.uid, "options": question.options}
    if question.command == "crash":
        raise ZeroDivisionError
    raise protocol.CommandFailed(f"there is no target {question.subject!r}")


async def _ask(folder: Path, command: str, subject: str | None) -> Any:
    async with await server.listen(folder, _answer):
        return await asyncio.to_thread(protocol.ask, folder, command, subject)


async def test_a_question_is_answered(tmp_path: Path) -> None:
    assert await _ask(tmp_path, "status", "corp") == {"targets": {"corp": "closed"}}


async def test_who_asked_is_logged(tmp_path: Path) -> None:
    with capture_logs() as lines:
        await _ask(tmp_path, "status", "corp")

    assert lines == [
        {"event": "command.done", "log_level": "info", "command": "status", "subject": "corp", "uid": os.getuid()}
    ]


async def test_who_carries_it_out_knows_who_asked_and_how(tmp_path: Path) -> None:
    async with await server.listen(tmp_path, _answer):
        answer = await asyncio.to_thread(protocol.ask, tmp_path, "who", None, {"force": True})

    assert answer == {"uid": os.getuid(), "options": {"force": True}}


async def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(protocol.CommandFailed, match="there is no target 'crop'"):
        await _ask(tmp_path, "plan", "crop")


async def test_a_command_that_crashes_leaves_the_daemon_standing(tmp_path: Path) -> None:
    async with await server.listen(tmp_path, _answer):
        with pytest.raises(protocol.CommandFailed, match="ZeroDivisionError"):
            await asyncio.to_thread(protocol.ask, tmp_path, "crash")

        assert await asyncio.to_thread(protocol.ask, tmp_path, "status", "corp") == {"targets": {"corp": "closed"}}


async def test_the_socket_is_for_its_owner_alone(tmp_path: Path) -> None:
    async with await server.listen(tmp_path, _answer):
        mode = (tmp_path / protocol.NAME).stat().st_mode

    assert stat.S_IMODE(mode) == 0o600


async def test_a_folder_deeper_than_a_socket_address_works(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)

    assert await _ask(deep, "status", "corp") == {"targets": {"corp": "closed"}}


async def test_a_socket_left_by_a_killed_daemon_is_replaced(tmp_path: Path) -> None:
    (await server.listen(tmp_path, _answer)).close()
    (tmp_path / protocol.NAME).touch()

    assert await _ask(tmp_path, "status", "corp") == {"targets": {"corp": "closed"}}


def test_without_a_daemon_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(protocol.NoDaemon):
        protocol.ask(tmp_path, "status")


@pytest.mark.parametrize("line", [b"\n", b"[]\n", b'{"subject": 1}\n', b"\xff\n", b"GET / HTTP/1.1\r\n"])
async def test_a_line_that_is_no_question_gets_an_error(tmp_path: Path, line: bytes) -> None:
    async with await server.listen(tmp_path, _answer):
        with protocol.address(tmp_path) as path:
            reader, writer = await asyncio.open_unix_connection(path)
        writer.write(line)

        assert await reader.readline() == b'{"error":"that is no command of scim-bridge"}\n'
        writer.close()
