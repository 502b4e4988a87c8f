"""Serve the control socket: read one question, hand it to the commands, write one answer.

Who may open the socket may ask everything: its mode is 0600, so that is the daemon's user and root.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import structlog

from bridge.daemon.control.protocol import LONGEST_LINE, NAME, CommandFailed, Question, address, peer_uid

log = structlog.get_logger()

Answer = Callable[[Question], Awaitable[Any]]
"""What carries out a command: a JSON value out; raises `CommandFailed`."""


async def listen(folder: Path, answer: Answer) -> asyncio.Server:
    """Start to serve; a socket that a killed daemon left is replaced (the journal's lock says that we are alone)."""
    (folder / NAME).unlink(missing_ok=True)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    before = os.umask(0o177)
    try:
        with address(folder) as path:
            door.bind(path)
    finally:
        os.umask(before)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _serve(reader, writer, answer)

    return await asyncio.start_unix_server(serve, sock=door, limit=LONGEST_LINE)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
    try:
        line = await reader.readline()
        if line:
            reply = await _reply(line, peer_uid(writer.get_extra_info("socket")), answer)
            writer.write(orjson.dumps(reply, default=str, option=orjson.OPT_NON_STR_KEYS) + b"\n")
            await writer.drain()
    except (ConnectionError, ValueError):
        pass  # the CLI went away, or sent no line of ours
    finally:
        writer.close()


async def _reply(line: bytes, uid: int, answer: Answer) -> dict[str, Any]:
    try:
        asked = orjson.loads(line)
        command, subject = asked["command"], asked.get("subject")
        question = Question(command, subject, uid, asked.get("options") or {})
    except (ValueError, TypeError, KeyError, AttributeError):
        return {"error": "that is no command of scim-bridge"}
    try:
        result = await answer(question)
    except CommandFailed as error:
        log.info("command.failed", command=command, subject=subject, uid=uid, reason=str(error))
        return {"error": str(error)}
    except Exception as error:
        log.error("command.crashed", command=command, subject=subject, uid=uid, exc_info=True)
        return {"error": f"{command} failed inside the daemon ({type(error).__name__}); its log has the details"}
    log.info("command.done", command=command, subject=subject, uid=uid)
    return {"result": result}
