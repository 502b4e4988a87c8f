"""How an alert reaches somebody: a webhook (one POST of JSON), a command (JSON on its standard input). One try each.

The body is signed where a secret is configured: `X-Signature-256: sha256=` and the HMAC of the body in hexadecimal. The
command is executed without a shell, in a session of its own, with nothing of our environment but PATH and the
language: a secret may be in there. A command that takes too long is killed with all its children.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
import orjson

from bridge.settings import AlertSettings

Document = Mapping[str, Any]
SIGNATURE = "X-Signature-256"
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ")


class NotTold(Exception):
    """The channel did not take it; the text says why, and holds no address and no secret."""


class Channel(Protocol):
    """One way to tell."""

    @property
    def name(self) -> str: ...

    async def tell(self, document: Document) -> None:
        """Tell it once; `NotTold` where it was not taken."""


def channels_of(settings: AlertSettings | None) -> list[Channel]:
    """The channels that are configured."""
    if settings is None:
        return []
    both: list[Channel] = []
    if settings.webhook is not None:
        both.append(Webhook(settings))
    if settings.command is not None:
        both.append(Command(settings.command, settings.timeout))
    return both


@dataclass(frozen=True, slots=True)
class Webhook:
    """A POST; taken is what is answered by 2xx."""

    settings: AlertSettings
    name: str = "webhook"

    async def tell(self, document: Document) -> None:
        """Tell it once."""
        assert self.settings.webhook is not None
        body = orjson.dumps(document)
        timeout = aiohttp.ClientTimeout(total=self.settings.timeout)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
                session.post(
                    self.settings.webhook.get_secret_value(),
                    data=body,
                    headers=self._headers(body),
                    allow_redirects=False,
                ) as answer,
            ):
                status = answer.status
        except TimeoutError:
            raise NotTold(f"no answer within {self.settings.timeout:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NotTold(f"not reached ({type(error).__name__})") from None
        if not 200 <= status < 300:
            raise NotTold(f"answered {status}")

    def _headers(self, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "User-Agent": "scim-bridge"}
        if self.settings.token is not None:
            headers["Authorization"] = f"Bearer {self.settings.token.get_secret_value()}"
        if self.settings.secret is not None:
            key = self.settings.secret.get_secret_value().encode()
            headers[SIGNATURE] = "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
        return headers


@dataclass(frozen=True, slots=True)
class Command:
    """A program; taken is what it ends with 0."""

    command: tuple[str, ...]
    timeout: float
    name: str = "command"

    async def tell(self, document: Document) -> None:
        """Tell it once."""
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, env=environment, start_new_session=True
            )
        except OSError as error:
            raise NotTold(f"cannot be started: {error.strerror}") from None
        try:
            async with asyncio.timeout(self.timeout):
                await process.communicate(orjson.dumps(document) + b"\n")
        except TimeoutError:
            raise NotTold(f"did not end within {self.timeout:g} s and was killed") from None
        finally:
            await _end(process)
        if process.returncode != 0:
            raise NotTold(f"ended with {process.returncode}")


async def _end(process: Process) -> None:
    """Where it still runs, nothing of it is left: its children go with it."""
    if process.returncode is None:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
